//! A result in the forms that leave the program.

pub mod context;
pub mod csv;
pub mod json;
pub mod table;
