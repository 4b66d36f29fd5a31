//! Encrypted folders of a 7z archive: AES-256 in CBC, with a key that is made of a password by hashing (7zAES.cpp of 7-Zip).
//! Nothing in them tells a wrong password but what comes of it.

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use cbc::Decryptor;
use sha2::{Digest, Sha256};

use crate::limits;
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

/// The keys that were made for the folders of an archive: making one takes a tenth of a second, and most folders have the same.
#[derive(Default)]
pub struct Keys {
    made_for: Option<(u8, Vec<u8>)>,
    keys: Vec<Key>,
    /// Rounds of hashing that were done so far.
    rounds: u64,
}

impl Keys {
    /// What may open a folder, one for each password. None: in all, more hashing would be done for the archive than is.
    pub fn of(&mut self, lock: &Lock, passwords: &Passwords) -> Option<Vec<Key>> {
        let wanted = (lock.rounds, lock.salt.clone());
        if self.made_for.as_ref() != Some(&wanted) {
            let each = if lock.rounds == NO_ROUNDS { 0 } else { 1_u64 << lock.rounds };
            self.rounds = self.rounds.saturating_add(each.saturating_mul(passwords.iter().count() as u64));
            if self.rounds > limits::SEVENZ_KEY_ROUNDS {
                return None;
            }
            self.keys = passwords.iter().map(|password| lock.key(password)).collect();
            self.made_for = Some(wanted);
        }
        Some(self.keys.clone())
    }
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
