//! Random numbers that are the same on every machine and in every year.

/// SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix for each number, any seed is good.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Numbers of this seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound - 1`. The bias of a remainder does not matter here.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((self.number() >> 32) % u64::from(bound.max(1))) as u32
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// Random bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.number() >> 56) as u8).collect()
    }
}
