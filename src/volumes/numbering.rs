//! How programs number the volumes of a file.

/// A way to number volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// 7-Zip, Total Commander, HJSplit: `.001`, `.002`, …, `.999`, `.1000`; some from `.000` on.
    Numbers,
    /// Split zips: `.z01`, `.z02`, …, and the last one `.zip` ([`LAST_OF_ZIP`]).
    Zip,
    /// `split -d` of GNU: `00`, …, `89`, `9000`, …, `9899`, `990000`, so that names sort as the volumes follow.
    Digits,
    /// `split`: `aa`, …, `yz`, `zaaa`.
    Letters,
}

const WAYS: [Way; 4] = [Way::Numbers, Way::Zip, Way::Digits, Way::Letters];

/// The number of a split zip's last part, which is called as the whole would be.
pub const LAST_OF_ZIP: u64 = u64::MAX;

/// A name as that of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered<'a> {
    /// How it is numbered.
    pub way: Way,
    /// What stands before the number; of numbers and zips without the dot.
    pub whole: &'a str,
    /// The number as it is written: `002`, `z02`, `ab`.
    pub ending: &'a str,
    /// The number.
    pub number: u64,
}

/// What a name may be as that of a volume: mostly nothing, or one.
pub fn readings(name: &str) -> impl Iterator<Item = Numbered<'_>> {
    WAYS.into_iter().filter_map(|way| way.read(name))
}

impl Way {
    fn read(self, name: &str) -> Option<Numbered<'_>> {
        let (whole, ending) = match self {
            Way::Numbers | Way::Zip => name.rsplit_once('.')?,
            Way::Digits => ends(name, |byte| byte.is_ascii_digit()),
            Way::Letters => ends_in_letters(name)?,
        };
        let number = match self {
            Way::Numbers => ending.parse().ok().filter(|number| ending == Way::Numbers.ending(*number)),
            Way::Zip => part_of_zip(ending),
            Way::Digits => is_apart(whole).then(|| widening(ending.as_bytes(), b'0', b'9')).flatten(),
            Way::Letters => widening(ending.as_bytes(), b'a', b'z'),
        };
        number.filter(|_| !whole.is_empty()).map(|number| Numbered { way: self, whole, ending, number })
    }

    /// A number as it is written.
    fn ending(self, number: u64) -> String {
        match self {
            Way::Numbers => format!("{number:03}"),
            Way::Zip if number == LAST_OF_ZIP => "zip".to_owned(),
            Way::Zip => format!("z{number:02}"),
            Way::Digits => widened(number, b'0', b'9'),
            Way::Letters => widened(number, b'a', b'z'),
        }
    }

    /// What a volume would be called.
    pub fn name(self, whole: &str, number: u64) -> String {
        let dot = if matches!(self, Way::Numbers | Way::Zip) { "." } else { "" };
        format!("{whole}{dot}{}", self.ending(number))
    }
}

/// Whatever the case of its letters: names of Windows.
fn part_of_zip(ending: &str) -> Option<u64> {
    let ending = ending.to_ascii_lowercase();
    match ending.strip_prefix('z')? {
        "ip" => Some(LAST_OF_ZIP),
        digits => digits.parse().ok().filter(|number| *number > 0 && ending == Way::Zip.ending(*number)),
    }
}

/// A name and the signs of this kind at its end.
fn ends(name: &str, is_sign: impl Fn(u8) -> bool) -> (&str, &str) {
    let signs = name.bytes().rev().take_while(|byte| is_sign(*byte)).count();
    name.split_at(name.len() - signs)
}

/// Digits at the end of a name are nothing rare: they stand behind a sign, or a name that `split` gives by itself.
fn is_apart(whole: &str) -> bool {
    whole.ends_with(['.', '-', '_']) || whole.rsplit(['/', '\\']).next() == Some("x")
}

/// Letters may stand behind others: two of them are the number, or four behind a `z`, and so on.
fn ends_in_letters(name: &str) -> Option<(&str, &str)> {
    let (_, letters) = ends(name, |byte| byte.is_ascii_lowercase());
    let longer = (1..).map(|wide| 2 * wide).take_while(|width| *width <= letters.len().min(8));
    let split = |width: usize| name.split_at(name.len() - width);
    let fits = |(_, ending): &(&str, &str)| widening(ending.as_bytes(), b'a', b'z').is_some();
    longer.map(split).filter(fits).last()
}

/// A number whose digits are `first` to `last`, written with two digits, or with two more for each leading `last`.
fn widening(digits: &[u8], first: u8, last: u8) -> Option<u64> {
    let base = u64::from(last - first) + 1;
    let leading = digits.iter().take_while(|digit| **digit == last).count();
    let rest = digits.get(leading..).filter(|rest| rest.len() == leading + 2 && rest.len() <= 8)?;
    let before = (0..leading).map(|wide| room(base, wide)).sum::<u64>();
    let value = rest.iter().fold(0, |sum, digit| sum * base + u64::from(digit - first));
    Some(before + value)
}

/// How many numbers there are with so many leading last digits.
fn room(base: u64, leading: usize) -> u64 {
    (base - 1) * base.pow(leading as u32 + 1)
}

/// The same the other way round.
fn widened(mut number: u64, first: u8, last: u8) -> String {
    let base = u64::from(last - first) + 1;
    let mut leading = 0;
    while number >= room(base, leading) {
        number -= room(base, leading);
        leading += 1;
    }
    let mut digits = Vec::new();
    for _ in 0..leading + 2 {
        digits.push(first + u8::try_from(number % base).unwrap_or_default());
        number /= base;
    }
    digits.extend(std::iter::repeat_n(last, leading));
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(name: &str) -> Vec<(Way, &str, u64)> {
        readings(name).map(|one| (one.way, one.whole, one.number)).collect()
    }

    #[test]
    fn names_of_volumes() {
        assert_eq!(read("a/log.7z.001"), [(Way::Numbers, "a/log.7z", 1)]);
        assert_eq!(read("log.7z.1000"), [(Way::Numbers, "log.7z", 1000)]);
        assert_eq!(read("log.Z01"), [(Way::Zip, "log", 1)]);
        assert_eq!(read("log.ZIP"), [(Way::Zip, "log", LAST_OF_ZIP)]);
        assert_eq!(read("log.evtx.00"), [(Way::Digits, "log.evtx.", 0)]);
        assert_eq!(read("/tmp/x89"), [(Way::Digits, "/tmp/x", 89)]);
        assert_eq!(read("log-9000"), [(Way::Digits, "log-", 90)]);
        assert_eq!(read("log.evtx.aa"), [(Way::Letters, "log.evtx.", 0)]);
        assert_eq!(read("xab"), [(Way::Letters, "x", 1)]);
        assert_eq!(read("log_yz"), [(Way::Letters, "log_", 649)]);
        assert_eq!(read("log.zaaa"), [(Way::Letters, "log.", 650)]);
        for (name, ways) in [("x.9000", [Way::Numbers, Way::Digits]), ("x.zip", [Way::Zip, Way::Letters])] {
            assert_eq!(readings(name).map(|one| one.way).collect::<Vec<_>>(), ways, "both are possible");
        }
        for other in
            ["x.1", "host12", "x.0001", "log.zz", "log.Aa", "x.+01", "", "00", "aa", ".001", "x.z1", "x.z00"]
        {
            assert_eq!(read(other), [], "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_it_is_written(number in 0..2_000_000_u64) {
            for way in WAYS {
                let name = way.name("log.", number);
                let read = readings(&name).find(|one| one.way == way).map(|one| one.number);
                prop_assert_eq!(read, (way != Way::Zip || number > 0).then_some(number), "{}", name);
            }
        }

        /// As `split` wants it, so that a shell lists the volumes in their order.
        #[test]
        fn wider_numbers_sort_behind(number in 0..2_000_000_u64) {
            for way in [Way::Digits, Way::Letters] {
                prop_assert!(way.ending(number) < way.ending(number + 1));
            }
        }
    }
}
