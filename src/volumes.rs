//! Volumes: a file that was cut into pieces of one size, as a medium or a file system takes no larger ones. 7-Zip, Total
//! Commander and HJSplit number them, `log.7z.001`, `log.7z.002`, and so on; `split` gives them letters, `log.evtx.aa`, or digits.
//! One behind the other they are that file again. So are the parts of a split zip, which WinZip and Info-ZIP call `log.z01`,
//! `log.z02`, and so on, and the last one `log.zip`.

mod numbering;

use std::collections::{BTreeMap, BTreeSet};

use self::numbering::{LAST_OF_ZIP, Numbered, Way, readings};
use serde::{Deserialize, Serialize};

/// A file that may be a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Volume {
    /// Its name, with the folders before it.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its first bytes, [`HEAD_BYTES`] of them if there are so many.
    #[serde(default)]
    pub head: Vec<u8>,
}

/// So many first bytes tell whether a file is one of its own.
pub const HEAD_BYTES: usize = 16;

/// How files begin: a piece of one does so by chance, but hardly all of them.
const BEGINNINGS: [&[u8]; 9] = [
    b"ElfFile\0",
    b"PK\x03\x04",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\xef\xbb\xbf",
    b"<?xml",
];

/// How the first part of a split zip begins (APPNOTE 8.5.3).
const SPLIT_ZIP: &[u8] = b"PK\x07\x08";

/// A file that volumes are joined to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// What it is called: `log.7z.001 to .003`.
    pub name: String,
    /// The places of its volumes among the files that were given, in their order.
    pub files: Vec<usize>,
}

/// Which of these files are volumes of one. Rotated logs and copies are numbered, too: but all volumes but the last have the size
/// of the first, the last has no more, and they do not all begin as files do, or as the first one. The parts of a split zip
/// may differ in size, and the first one begins as nothing else does.
pub fn joined(files: &[Volume]) -> Vec<Joined> {
    let mut sets = BTreeMap::<(Way, &str), BTreeMap<u64, usize>>::new();
    for (at, file) in files.iter().enumerate() {
        for Numbered { way, whole, number, .. } in readings(&file.name) {
            sets.entry((way, whole)).or_default().entry(number).or_insert(at);
        }
    }
    let mut taken = BTreeSet::new();
    let runs = sets.iter().filter_map(|((way, _), numbers)| match way {
        // Some programs count from 0 on.
        Way::Numbers => [0, 1].into_iter().find_map(|first| run(first, numbers, files)),
        Way::Digits | Way::Letters => run(0, numbers, files),
        Way::Zip => run_of_zip(numbers, files),
    });
    // A name may be numbered in two ways.
    let runs = runs.filter(|run| run.iter().all(|at| taken.insert(*at)));
    runs.map(|run| Joined { name: joined_name(&run, files), files: run }).collect()
}

fn joined_name(run: &[usize], files: &[Volume]) -> String {
    let named = |at: Option<&usize>| at.map_or("", |at| files[*at].name.as_str());
    name(named(run.first()), named(run.last()))
}

/// The parts of a split zip.
fn run_of_zip(numbers: &BTreeMap<u64, usize>, files: &[Volume]) -> Option<Vec<usize>> {
    let follow = |((number, at), wanted): &((&u64, &usize), u64)| *number == wanted && files[**at].size > 0;
    let mut run: Vec<_> = numbers.iter().zip(1..).take_while(follow).map(|((_, at), _)| *at).collect();
    // Where a part is missing, the last one does not follow.
    run.extend(numbers.get(&LAST_OF_ZIP).filter(|_| run.len() + 1 == numbers.len()));
    (run.len() > 1 && files[run[0]].head.starts_with(SPLIT_ZIP)).then_some(run)
}

/// Those that follow each other from this number on, if they are volumes.
fn run(first: u64, numbers: &BTreeMap<u64, usize>, files: &[Volume]) -> Option<Vec<usize>> {
    let mut run = Vec::new();
    let full = numbers.get(&first).map(|at| files[*at].size)?;
    for ((number, at), wanted) in numbers.range(first..).zip(first..) {
        let size = files[*at].size;
        if *number != wanted || size == 0 || size > full {
            break;
        }
        run.push(*at);
        if size < full {
            break;
        }
    }
    let (first, others) = run.split_first()?;
    let is_own = others.iter().all(|at| begins_a_file(&files[*at].head, &files[*first].head));
    (!is_own).then_some(run)
}

/// Whether a file begins as others do, or as the first one: both may be logs of the same program, or copies.
fn begins_a_file(head: &[u8], first: &[u8]) -> bool {
    let is_alike = head.len() >= HEAD_BYTES && head == first && head.iter().any(|byte| *byte != 0);
    is_alike || BEGINNINGS.iter().any(|beginning| head.starts_with(beginning))
}

/// What volumes are called together, by the names of the first and the last: `log.7z.001 to .003`.
pub fn name(first: &str, last: &str) -> String {
    let file = last.rsplit(['/', '\\']).next().unwrap_or(last);
    let ending = file.rfind('.').map_or(file, |dot| &file[dot..]);
    format!("{first} to {ending}")
}

/// The volume that may follow these: the last one of a file is seldom as long as the others.
pub fn next(volumes: &[Volume]) -> Option<String> {
    let [first, .., last] = volumes else { return None };
    let begin = readings(&first.name).next().filter(|one| one.way != Way::Zip && first.size == last.size)?;
    let end = readings(&last.name).find(|one| (one.way, one.whole) == (begin.way, begin.whole))?;
    Some(end.way.name(end.whole, end.number.saturating_add(1)))
}

/// The last part of a split zip, as it is called, if these are the others.
pub fn lacks_last(volumes: &[Volume]) -> Option<String> {
    let last =
        readings(&volumes.last()?.name).find(|one| one.way == Way::Zip && one.number != LAST_OF_ZIP)?;
    Some(last.way.name(last.whole, LAST_OF_ZIP))
}

/// Whether it may be the first of some volumes, by its name.
pub fn may_be_first(name: &str) -> bool {
    readings(name).any(|one| match one.way {
        Way::Numbers => one.number <= 1,
        Way::Zip => one.number == 1,
        Way::Digits | Way::Letters => one.number == 0,
    })
}

/// What the first part of a split zip would be called of which this is the last one.
pub fn first_of_zip(name: &str) -> Option<String> {
    let last = readings(name).find(|one| one.way == Way::Zip && one.number == LAST_OF_ZIP)?;
    Some(last.way.name(last.whole, 1))
}

/// The number of a file that is a volume by its name alone, and what it would be one of: `002` and `log.7z`, `z02` and `log.zip`.
pub fn alone(name: &str) -> Option<(&str, String)> {
    let one = readings(name).next()?;
    let whole = match one.way {
        Way::Zip if one.number == LAST_OF_ZIP => return None,
        Way::Zip => return Some((one.ending, one.way.name(one.whole, LAST_OF_ZIP))),
        Way::Numbers => one.whole,
        // Endings of two letters are nothing rare.
        Way::Digits | Way::Letters if one.number >= 26 => return None,
        Way::Digits | Way::Letters => one.whole.strip_suffix('.')?,
    };
    // Nor is a name that ends in a number alone.
    let file = whole.rsplit(['/', '\\']).next().unwrap_or(whole);
    let has_ending =
        file.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && !ending.is_empty());
    has_ending.then(|| (one.ending, whole.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn files(named: &[(&str, u64)]) -> Vec<Volume> {
        named
            .iter()
            .map(|(name, size)| Volume { name: (*name).to_owned(), size: *size, head: Vec::new() })
            .collect()
    }

    fn places(named: &[(&str, u64)]) -> Vec<Vec<usize>> {
        joined(&files(named)).into_iter().map(|joined| joined.files).collect()
    }

    #[test]
    fn volumes_are_joined_in_their_order() {
        let all = files(&[
            ("b.evtx", 9),
            ("log.7z.002", 8),
            ("log.7z.001", 8),
            ("a/log.7z.001", 8),
            ("log.7z.003", 3),
        ]);
        assert_eq!(places(&[("x.000", 5), ("x.001", 5), ("x.002", 5)]), [[0, 1, 2]]);
        assert_eq!(places(&[("x.000", 4), ("x.001", 5), ("x.002", 5)]), [[1, 2]]);
        assert_eq!(joined(&all), [Joined { name: "log.7z.001 to .003".to_owned(), files: vec![2, 1, 4] }]);
        assert_eq!(places(&[("x.001", 5), ("x.002", 5)]), [[0, 1]]);
        assert_eq!(places(&[("log.evtx.ab", 5), ("log.evtx.aa", 5), ("log.evtx.ac", 1)]), [[1, 0, 2]]);
        assert_eq!(places(&[("log_00", 5), ("log_01", 5), ("log_02", 1)]), [[0, 1, 2]]);
        let named = |named: &[(&str, u64)]| joined(&files(named)).swap_remove(0).name;
        assert_eq!(named(&[("a.b/xaa", 5), ("a.b/xab", 5)]), "a.b/xaa to xab");
        assert_eq!(named(&[("a.b/c.part-00", 5), ("a.b/c.part-01", 5)]), "a.b/c.part-00 to .part-01");
        let thousand: Vec<_> =
            (1..=1001).map(|at| Volume { name: format!("x.{at:03}"), size: 1, head: Vec::new() }).collect();
        let name = "x.001 to .1001".to_owned();
        assert_eq!(joined(&thousand), [Joined { name, files: (0..1001).collect() }]);
    }

    #[test]
    fn a_gap_another_size_and_what_is_doubled_end_them() {
        assert_eq!(places(&[("x.001", 5), ("x.002", 5), ("x.004", 5)]), [[0, 1]]);
        assert_eq!(places(&[("x.001", 5), ("x.002", 4), ("x.003", 4)]), [[0, 1]]);
        assert_eq!(places(&[("x.001", 5), ("x.002", 5), ("x.002", 5), ("x.003", 1)]), [[0, 1, 3]]);
        for apart in [
            &[("x.001", 5), ("x.002", 6)][..],
            &[("x.001", 5), ("x.002", 0)],
            &[("x.001", 0), ("x.002", 0)],
            &[("x.002", 5), ("x.003", 5)],
            &[("x.000", 5), ("x.002", 5)],
            &[("x.1", 5), ("x.2", 5)],
            &[("x.0001", 5), ("x.0002", 5)],
            &[("x.+01", 5), (".001", 5), ("x", 5), ("x.99999999999999999999", 5)],
            &[("x.001", 5), ("y.002", 5)],
            &[("x.01", 5), ("x.02", 5)],
            &[("x.ab", 5), ("x.ac", 5)],
            &[("x.aa", 5), ("y.ab", 5)],
            &[("x00", 5), ("y01", 5)],
        ] {
            assert_eq!(places(apart), [[0; 0]; 0], "{apart:?}");
        }
    }

    #[test]
    fn files_of_their_own_are_no_volumes() {
        let with_heads = |heads: [&[u8]; 3]| {
            let mut three = files(&[("x.001", 90), ("x.002", 90), ("x.003", 90)]);
            for (file, head) in three.iter_mut().zip(heads) {
                file.head = [head, &[b' '; HEAD_BYTES]].concat()[..HEAD_BYTES].to_vec();
            }
            joined(&three).len()
        };
        for beginning in BEGINNINGS {
            assert_eq!(with_heads([beginning, beginning, beginning]), 0);
            assert_eq!(with_heads([b"other", beginning, beginning]), 0);
            assert_eq!(with_heads([beginning, beginning, b"other"]), 1, "by chance");
        }
        assert_eq!(with_heads([b"{\"Event\":", b"{\"Event\":", b"{\"Event\":"]), 0, "logs of one program");
        assert_eq!(with_heads([b"{\"Event\":", b"{\"Event\":", b"a\":1}"]), 1);
        assert_eq!(with_heads([&[0; HEAD_BYTES]; 3]), 1, "zeros tell nothing");
    }

    #[test]
    fn the_next_one_and_what_stands_alone() {
        let volumes = files(&[("log.7z.001", 5), ("log.7z.002", 5), ("log.7z.003", 5)]);
        assert_eq!(next(&volumes).as_deref(), Some("log.7z.004"));
        assert_eq!(next(&files(&[("x.001", 5), ("x.002", 4)])), None);
        assert_eq!(next(&files(&[("x.998", 5), ("x.999", 5)])).as_deref(), Some("x.1000"));
        assert_eq!(next(&files(&[("x.aa", 5), ("x.az", 5)])).as_deref(), Some("x.ba"));
        assert_eq!(next(&files(&[("x-00", 5), ("x-89", 5)])).as_deref(), Some("x-9000"));
        assert_eq!(alone("log.evtx.ab"), Some(("ab", "log.evtx".to_owned())));
        assert_eq!(alone("log.evtx.00"), Some(("00", "log.evtx".to_owned())));
        assert_eq!(alone("a/log.7z.002"), Some(("002", "a/log.7z".to_owned())));
        for other in [
            "log.7z",
            "setup.001",
            "a.b/setup.001",
            "a.b\\setup.001",
            ".hidden.001",
            "x..001",
            "log.7z.1",
            "log.xml.gz",
            "a.aa",
            "log.aab",
        ] {
            assert_eq!(alone(other), None, "{other}");
        }
    }

    #[test]
    fn parts_of_a_split_zip() {
        let zips = |named: &[&str]| {
            let mut files = files(&named.iter().map(|name| (*name, 5)).collect::<Vec<_>>());
            files.iter_mut().for_each(|file| file.head = b"PK\x07\x08PK\x03\x04........".to_vec());
            joined(&files).into_iter().map(|joined| (joined.name, joined.files)).collect::<Vec<_>>()
        };
        let all = zips(&["log.zip", "b.zip", "log.z02", "log.z01", "c.z01"]);
        assert_eq!(all, [("log.z01 to .zip".to_owned(), vec![3, 2, 0])]);
        assert_eq!(zips(&["A.Z01", "A.ZIP"]), [("A.Z01 to .ZIP".to_owned(), vec![0, 1])]);
        assert_eq!(zips(&["a.z01", "a.z02"]), [("a.z01 to .z02".to_owned(), vec![0, 1])]);
        assert_eq!(zips(&["a.z01", "a.z02", "a.z04", "a.zip"]), [("a.z01 to .z02".to_owned(), vec![0, 1])]);
        let hundred: Vec<_> = (1..=100).map(|at| format!("a.z{at:02}")).collect();
        assert_eq!(zips(&hundred.iter().map(String::as_str).collect::<Vec<_>>())[0].0, "a.z01 to .z100");
        for apart in
            [&["a.z01", "a.z03", "a.zip"][..], &["a.z1", "a.zip"], &["a.z00", "a.zip"], &["a.zip", "a.z02"]]
        {
            assert_eq!(zips(apart), [], "{apart:?}");
        }
        // Without its sign it is no part of a zip.
        assert_eq!(joined(&files(&[("a.z01", 5), ("a.zip", 5)])), []);
        assert_eq!(lacks_last(&files(&[("a.z01", 5), ("a.z02", 5)])).as_deref(), Some("a.zip"));
        assert_eq!(lacks_last(&files(&[("a.z01", 5), ("a.ZIP", 5)])), None);
        assert_eq!(lacks_last(&files(&[("a.001", 5), ("a.002", 5)])), None);
        assert_eq!(alone("x/a.z12"), Some(("z12", "x/a.zip".to_owned())));
        assert_eq!((alone("a.zip"), first_of_zip("a.zip").as_deref()), (None, Some("a.z01")));
        assert_eq!((first_of_zip("a.z01"), first_of_zip(".zip")), (None, None));
    }

    #[test]
    fn what_may_be_first() {
        for first in ["x.000", "x.001", "x.Z01", "x.00", "xaa"] {
            assert!(may_be_first(first), "{first}");
        }
        for other in ["x.002", "x.z02", "x.zip", "x.01", "x.ab", "x.evtx"] {
            assert!(!may_be_first(other), "{other}");
        }
    }

    proptest! {
        /// Whatever the files and their order: none is in two, and each is made of volumes that follow each other.
        #[test]
        fn any_files(named in prop::collection::vec(("[xy]\\.(00[0-4]|0[0-4]|a[a-d])", 0_u64..3), 0..12), turn: usize) {
            let named: Vec<_> = named.iter().map(|(name, size)| (name.as_str(), *size)).collect();
            let all = files(&named);
            let joined = joined(&all);
            let mut places: Vec<_> = joined.iter().flat_map(|joined| joined.files.clone()).collect();
            places.sort_unstable();
            prop_assert!(places.windows(2).all(|two| two[0] < two[1]));
            for Joined { files, .. } in &joined {
                prop_assert!(files.len() > 1);
                let first = readings(&all[files[0]].name).next().unwrap();
                for (at, number) in files.iter().zip(first.number..) {
                    prop_assert_eq!(&all[*at].name, &first.way.name(first.whole, number));
                    prop_assert!(all[*at].size > 0 && all[*at].size <= all[files[0]].size);
                }
            }
            // A file that is there twice is ambiguous: which of the two is taken may depend on the order, by its size.
            let mut names: Vec<_> = named.iter().map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            if names.len() == named.len() && !all.is_empty() {
                let mut turned = all.clone();
                turned.rotate_left(turn % all.len());
                let found = |joined: Vec<Joined>| joined.into_iter().map(|one| one.name).collect::<Vec<_>>();
                prop_assert_eq!(found(super::joined(&turned)), found(joined));
            }
        }
    }
}
