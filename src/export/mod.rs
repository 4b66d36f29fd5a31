//! A result in the forms that leave the program.

pub mod context;
pub mod csv;
pub mod defang;
pub mod document;
pub mod html;
pub mod json;
pub mod markdown;
pub mod table;
