//! Encrypted folders of a 7z archive: AES-256 in CBC, with a key that is made of a password by hashing (7zAES.cpp of 7-Zip).
//! Nothing in them tells a wrong password but what comes of it.

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use cbc::Decryptor;
use sevenz_rust2::EncoderMethod;
use sha2::{Digest, Sha256};

use crate::passwords::Passwords;

const BLOCK_BYTES: usize = 16;
/// So many rounds, as a power of two, are the most that 7-Zip makes and takes.
const MOST_ROUNDS: u8 = 24;
/// This power stands for no hashing at all.
const NO_ROUNDS: u8 = 0x3f;

/// What is known of an encrypted folder beside its password.
pub struct Lock {
    rounds: u8,
    salt: Vec<u8>,
    start: [u8; BLOCK_BYTES],
}

impl Lock {
    /// By the properties of the method. None: they are not valid, or ask for more hashing than any archive needs.
    pub fn of(properties: &[u8]) -> Option<Lock> {
        let (first, rest) = properties.split_first()?;
        let rounds = first & 0x3f;
        let (sizes, rest) = rest.split_first().unwrap_or((&0, &[]));
        let salt = usize::from(first >> 7) + usize::from(sizes >> 4);
        let length = usize::from(first >> 6 & 1) + usize::from(sizes & 0xf);
        let (salt, rest) = rest.split_at_checked(salt)?;
        let mut start = [0; BLOCK_BYTES];
        start[..length].copy_from_slice(rest.get(..length)?);
        (rounds <= MOST_ROUNDS || rounds == NO_ROUNDS).then(|| Lock { rounds, salt: salt.to_vec(), start })
    }

    /// What opens the folder with this key.
    pub fn opening(&self, key: &Key) -> Opening {
        Opening(Decryptor::new(key.into(), (&self.start).into()))
    }

    fn key(&self, password: &str) -> Key {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let salted = [self.salt.as_slice(), &password].concat();
        if self.rounds == NO_ROUNDS {
            let mut key = [0; 32];
            let length = salted.len().min(key.len());
            key[..length].copy_from_slice(&salted[..length]);
            return key;
        }
        let mut sha = Sha256::new();
        for round in 0..1_u64 << self.rounds {
            sha.update(&salted);
            sha.update(round.to_le_bytes());
        }
        sha.finalize().into()
    }
}

/// What a password is made to.
pub type Key = [u8; 32];

/// The key that was made last: most folders have the same.
#[derive(Default)]
pub struct Keys {
    last: Option<Made>,
}

/// A key, and what it was made of.
struct Made {
    rounds: u8,
    salt: Vec<u8>,
    password: String,
    key: Key,
}

impl Keys {
    /// What a password is made to for a folder. None: in all, more hashing would be done than is.
    pub fn of(&mut self, lock: &Lock, password: &str, passwords: &Passwords) -> Option<Key> {
        let is_same =
            |made: &&Made| made.rounds == lock.rounds && made.salt == lock.salt && made.password == password;
        if let Some(made) = self.last.as_ref().filter(is_same) {
            return Some(made.key);
        }
        if lock.rounds != NO_ROUNDS && !passwords.spend(1 << lock.rounds) {
            return None;
        }
        let key = lock.key(password);
        let (rounds, salt, password) = (lock.rounds, lock.salt.clone(), password.to_owned());
        self.last = Some(Made { rounds, salt, password, key });
        Some(key)
    }
}

/// How many rounds the methods ask for that this directory names.
pub fn rounds_of(directory: &[u8]) -> u64 {
    // The method's number, how many properties it has, and the first of them.
    let named = memchr::memmem::find_iter(directory, EncoderMethod::ID_AES256_SHA256);
    let first = named.filter_map(|at| directory.get(at + EncoderMethod::ID_AES256_SHA256.len() + 1));
    first.map(|first| first & 0x3f).filter(|rounds| *rounds <= MOST_ROUNDS).map(|rounds| 1 << rounds).sum()
}

/// Opens what is encrypted with one key.
pub struct Opening(Decryptor<Aes256>);

impl Opening {
    /// Opens the next bytes, of which all but the last ones are whole blocks. What is no whole block is left out.
    pub fn open(&mut self, bytes: &[u8]) -> Vec<u8> {
        let whole = bytes.len() - bytes.len() % BLOCK_BYTES;
        let mut plain = bytes[..whole].to_vec();
        for block in plain.as_chunks_mut::<BLOCK_BYTES>().0 {
            self.0.decrypt_block(block.into());
        }
        plain
    }
}
