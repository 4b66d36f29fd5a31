//! The encrypted data of a member, opened with a password: in the traditional way (APPNOTE 6.1), and in that of WinZip, with
//! AES ("AES Encryption Information: Encryption Specification AE-1 and AE-2").

use aes::cipher::{KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use ctr::Ctr128LE;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::limits;
use crate::passwords::Passwords;
use crate::unpack::decoder::Decoder;
use crate::unpack::trial::{self, Content, Outcome};

/// Random bytes before traditionally encrypted data, of which the last one tells wrong passwords.
const TRADITIONAL_HEAD_BYTES: usize = 12;
/// Behind the salt two bytes tell wrong passwords, behind the data a code tells what was changed.
const VERIFIER_BYTES: usize = 2;
const CODE_BYTES: usize = 10;
/// How often a password is hashed, with SHA-1.
const ROUNDS: u32 = 1000;

/// What the hashing for a wrong password counts, of [`limits::PASSWORD_ROUNDS`]; that for a right one leads to data.
const WRONG_ROUNDS: u64 = 1 << 15;

/// Why data can't be opened.
pub enum Closed {
    /// No password fits.
    NoPassword,
    /// Hashing was asked for more often than it is done.
    Spent,
}

/// What the data of a member unpacks to, by which passwords are tried.
pub struct Tried<'a> {
    /// What unpacks it; none for what is stored.
    pub decoder: &'a dyn Fn() -> Option<Decoder>,
    pub crc: Option<u32>,
}

/// Opens the data of one member.
pub struct Cipher {
    passwords: Passwords,
    /// Bytes of the member in all, if that is known.
    packed: Option<u64>,
    /// Nothing tells whether the password is the right one.
    pub is_unsure: bool,
    state: State,
}

enum State {
    /// What stands before the data, and the first step of that, are gathered: what comes of them tells the password.
    Head(Scheme, Vec<u8>),
    Traditional(Keys),
    Aes(Box<Aes>),
}

/// How the data is encrypted.
#[derive(Clone)]
enum Scheme {
    /// The last byte before the data is one of these.
    Traditional([u8; 2]),
    /// A key of so many bytes, for so many bytes of data.
    Aes(usize, u64),
}

impl Cipher {
    /// In the traditional way. `checks`: the last byte before the data, as it may be. None: these are too few bytes.
    pub fn traditional(passwords: &Passwords, checks: [u8; 2], packed: Option<u64>) -> Option<Cipher> {
        let is_long = packed.is_none_or(|packed| packed >= TRADITIONAL_HEAD_BYTES as u64);
        is_long.then(|| Cipher::new(passwords, Scheme::Traditional(checks), packed))
    }

    /// With AES of this strength, 1 to 3; `packed`: bytes in all, if that is known. None: there is no such strength, or these are
    /// too few.
    pub fn aes(passwords: &Passwords, strength: u8, packed: Option<u64>) -> Option<Cipher> {
        let key = match strength {
            1..=3 => 8 + 8 * usize::from(strength),
            _ => return None,
        };
        let others = (key / 2 + VERIFIER_BYTES + CODE_BYTES) as u64;
        let data = packed.map_or(Some(u64::MAX), |packed| packed.checked_sub(others))?;
        Some(Cipher::new(passwords, Scheme::Aes(key, data), packed))
    }

    fn new(passwords: &Passwords, scheme: Scheme, packed: Option<u64>) -> Cipher {
        let state = State::Head(scheme, Vec::new());
        Cipher { passwords: passwords.clone(), packed, is_unsure: false, state }
    }

    /// Opens the next bytes; what they hold is added to `plain`, a step later at first. `ended`: no others follow.
    ///
    /// # Errors
    /// They can't be opened.
    pub fn open(
        &mut self,
        bytes: &[u8],
        ended: bool,
        tried: &Tried<'_>,
        plain: &mut Vec<u8>,
    ) -> Result<(), Closed> {
        let State::Head(scheme, held) = &mut self.state else {
            self.state.open(bytes, plain);
            return Ok(());
        };
        held.extend_from_slice(bytes);
        let head = scheme.head_bytes();
        // Without a known size the data ends anywhere in what is at hand, and that must be told of.
        let most = self.packed.map_or(head, |packed| usize::try_from(packed).unwrap_or(usize::MAX));
        if held.len() < head || held.len() < most.min(head + limits::UNPACK_STEP) && !ended {
            return Ok(());
        }
        let (head, data) = held.split_at(head);
        // Always the same bytes, however they came.
        let (first, rest) = data.split_at(data.len().min(limits::UNPACK_STEP));
        let is_whole = rest.is_empty() && (ended || Some(held.len() as u64) == self.packed);
        let best = trial::best(&self.passwords, self.passwords.spellings(), |password| {
            let (mut state, mut plain) = (scheme.opened(head, password, &self.passwords)?, Vec::new());
            state.open(first, &mut plain);
            let content = [Content { size: None, crc: tried.crc }];
            let outcome = match first.is_empty() {
                true => Outcome::Possible,
                false => trial::outcome((tried.decoder)(), &plain, &content, (is_whole, false)),
            };
            (outcome != Outcome::Wrong).then_some(((state, plain), outcome))
        });
        let spent = if self.passwords.is_spent() { Closed::Spent } else { Closed::NoPassword };
        let ((mut state, opened), is_sure) = best.ok_or(spent)?;
        plain.extend_from_slice(&opened);
        state.open(rest, plain);
        (self.state, self.is_unsure) = (state, !is_sure);
        Ok(())
    }

    /// Whether the code behind the data fits it: none of what has none, or is not read to its end.
    pub fn is_authentic(&self) -> Option<bool> {
        match &self.state {
            State::Aes(aes) if aes.code.len() == CODE_BYTES => {
                Some(aes.mac.clone().verify_truncated_left(&aes.code).is_ok())
            }
            _ => None,
        }
    }
}

impl State {
    fn open(&mut self, bytes: &[u8], plain: &mut Vec<u8>) {
        let start = plain.len();
        match self {
            State::Head(..) => {}
            State::Traditional(keys) => plain.extend(bytes.iter().map(|byte| keys.open(*byte))),
            State::Aes(aes) => {
                plain.extend_from_slice(aes.pass(bytes));
                aes.counter.apply(&mut plain[start..]);
            }
        }
    }
}

impl Scheme {
    fn head_bytes(&self) -> usize {
        match self {
            Scheme::Traditional(_) => TRADITIONAL_HEAD_BYTES,
            Scheme::Aes(key, _) => key / 2 + VERIFIER_BYTES,
        }
    }

    /// What opens the data behind this head, if the password may be the right one.
    fn opened(&self, head: &[u8], password: &[u8], passwords: &Passwords) -> Option<State> {
        match self {
            Scheme::Traditional(checks) => {
                let mut keys = Keys::new(password);
                let last = head.iter().fold(0, |_, byte| keys.open(*byte));
                checks.contains(&last).then_some(State::Traditional(keys))
            }
            Scheme::Aes(key, data) => {
                if passwords.is_spent() {
                    return None;
                }
                let aes = Aes::new(head, *key, *data, password);
                if aes.is_none() {
                    passwords.spend(WRONG_ROUNDS);
                }
                aes.map(|aes| State::Aes(Box::new(aes)))
            }
        }
    }
}

/// The three keys of traditional encryption.
struct Keys([u32; 3]);

impl Keys {
    fn new(password: &[u8]) -> Keys {
        let mut keys = Keys([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        password.iter().for_each(|byte| keys.update(*byte));
        keys
    }

    fn update(&mut self, byte: u8) {
        let Keys([a, b, c]) = self;
        *a = crc(*a, byte);
        *b = b.wrapping_add(*a & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        *c = crc(*c, (*b >> 24) as u8);
    }

    fn open(&mut self, byte: u8) -> u8 {
        let mix = self.0[2] | 2;
        let plain = byte ^ (mix.wrapping_mul(mix ^ 1) >> 8) as u8;
        self.update(plain);
        plain
    }
}

/// One step of CRC-32, without the inversions at its ends.
fn crc(sum: u32, byte: u8) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let (mut value, mut bit) = (at as u32, 0);
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    sum >> 8 ^ TABLE[usize::from(sum as u8 ^ byte)]
}

/// AES, and what authenticates the encrypted bytes.
struct Aes {
    counter: Counter,
    mac: Hmac<Sha1>,
    /// Encrypted bytes still to come before the code.
    left: u64,
    code: Vec<u8>,
}

enum Counter {
    Aes128(Ctr128LE<Aes128>),
    Aes192(Ctr128LE<Aes192>),
    Aes256(Ctr128LE<Aes256>),
}

impl Aes {
    /// `head`: the salt, and what tells wrong passwords. None: it tells that this is one.
    fn new(head: &[u8], key: usize, left: u64, password: &[u8]) -> Option<Aes> {
        let (salt, verifier) = head.split_at_checked(key / 2)?;
        let mut derived = vec![0; 2 * key + VERIFIER_BYTES];
        pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, ROUNDS, &mut derived);
        if !derived.ends_with(verifier) {
            return None;
        }
        let counter = Counter::new(&derived[..key])?;
        let mac = Hmac::new_from_slice(&derived[key..2 * key]).ok()?;
        Some(Aes { counter, mac, left, code: Vec::new() })
    }

    /// Takes encrypted bytes and what follows them; returns those of the data.
    fn pass<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let (data, rest) = bytes.split_at(most);
        self.left -= most as u64;
        self.mac.update(data);
        let room = CODE_BYTES - self.code.len();
        self.code.extend_from_slice(&rest[..rest.len().min(room)]);
        data
    }
}

impl Counter {
    fn new(key: &[u8]) -> Option<Counter> {
        let mut one = [0; 16];
        one[0] = 1;
        Some(match key.len() {
            16 => Counter::Aes128(Ctr128LE::new_from_slices(key, &one).ok()?),
            24 => Counter::Aes192(Ctr128LE::new_from_slices(key, &one).ok()?),
            _ => Counter::Aes256(Ctr128LE::new_from_slices(key, &one).ok()?),
        })
    }

    fn apply(&mut self, bytes: &mut [u8]) {
        match self {
            Counter::Aes128(counter) => counter.apply_keystream(bytes),
            Counter::Aes192(counter) => counter.apply_keystream(bytes),
            Counter::Aes256(counter) => counter.apply_keystream(bytes),
        }
    }
}
