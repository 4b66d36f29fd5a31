//! The encodings that exported logs come in.

/// How text is written to bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 after a byte-order mark.
    Utf8Bom,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, little endian, after a byte-order mark: what Event Viewer and PowerShell write.
    Utf16LeBom,
    /// UTF-16, big endian.
    Utf16Be,
    /// UTF-16, big endian, after a byte-order mark.
    Utf16BeBom,
    /// One JSON string that holds the text, as some files of Splunk's attack data are.
    JsonString,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 7] = [
        Encoding::Utf8,
        Encoding::Utf8Bom,
        Encoding::Utf16Le,
        Encoding::Utf16LeBom,
        Encoding::Utf16Be,
        Encoding::Utf16BeBom,
        Encoding::JsonString,
    ];

    /// The text in this encoding.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf8Bom => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            Encoding::Utf16Le => utf16(text, u16::to_le_bytes),
            Encoding::Utf16LeBom => [b"\xff\xfe".to_vec(), utf16(text, u16::to_le_bytes)].concat(),
            Encoding::Utf16Be => utf16(text, u16::to_be_bytes),
            Encoding::Utf16BeBom => [b"\xfe\xff".to_vec(), utf16(text, u16::to_be_bytes)].concat(),
            Encoding::JsonString => {
                let mut quoted = String::new();
                crate::json::push_string(&mut quoted, text);
                quoted.into_bytes()
            }
        }
    }
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}
