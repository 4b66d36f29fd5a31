//! All tests of the native core and the command line, by topic: one program, as thirty take minutes longer to build and
//! run. `cargo test --test native csv::` runs those of one file.

mod common;
#[path = "../fuzz/oracles.rs"]
mod oracles;

mod archive_parts;
mod bad_input;
mod beginnings;
mod beside;
mod bounded;
mod cli;
mod cli_inputs;
mod codings;
mod context;
mod context_wmi;
mod corpus;
mod csv;
mod csv_parts;
mod damaged;
mod damaged_archives;
mod evtx;
mod evtx_bombs;
mod evtx_numbers;
mod evtx_records;
mod evtx_tricks;
mod forms_of_tools;
mod fuzz_seeds;
mod grouping;
mod hints;
mod json;
mod locked;
mod nothing_lost;
mod nothing_lost_packed;
mod other_forms;
mod overlap;
mod packing;
mod page_scripts;
mod parts;
mod properties;
mod recall;
mod report;
mod rule_forms;
mod sevenz;
mod splunk_xml;
mod tar_holes;
mod tuning;
mod undecided;
mod verify;
mod view;
mod volumes;
mod wrappers;
mod xml;
