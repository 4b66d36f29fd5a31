//! Volumes: a file that was cut into pieces of one size, as a medium or a file system takes no larger ones. 7-Zip, Total
//! Commander and HJSplit number them, `log.7z.001`, `log.7z.002`, and so on; one behind the other they are that file again.
//! So are the parts of a split zip, which WinZip and Info-ZIP call `log.z01`, `log.z02`, and so on, and the last one `log.zip`.

use std::collections::BTreeMap;

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
/// of the first, the last has no more, and they do not all begin as files do, or as the first one.
pub fn joined(files: &[Volume]) -> Vec<Joined> {
    [joined_by_number(files), joined_zips(files)].concat()
}

fn joined_by_number(files: &[Volume]) -> Vec<Joined> {
    let mut by_whole = BTreeMap::<&str, BTreeMap<u64, usize>>::new();
    for (at, file) in files.iter().enumerate() {
        if let Some((whole, digits)) = numbered(&file.name) {
            by_whole.entry(whole).or_default().entry(digits.parse().unwrap_or(u64::MAX)).or_insert(at);
        }
    }
    let joined = |numbers: &BTreeMap<u64, usize>| {
        // Some programs count from 0 on.
        let run = [0, 1].map(|first| run(first, numbers, files)).into_iter().find(|run| run.len() > 1)?;
        let (first, others) = run.split_first()?;
        let is_own = others.iter().all(|at| begins_a_file(&files[*at].head, &files[*first].head));
        let together = name(&files[*first].name, &files[*others.last()?].name);
        (!is_own).then_some(Joined { name: together, files: run })
    };
    by_whole.values().filter_map(joined).collect()
}

/// The same of split zips: their first part begins as nothing else does, and they may differ in size.
fn joined_zips(files: &[Volume]) -> Vec<Joined> {
    let mut by_stem = BTreeMap::<&str, BTreeMap<u64, usize>>::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| file.size > 0) {
        if let Some((stem, number)) = part_of_zip(&file.name) {
            by_stem.entry(stem).or_default().entry(number).or_insert(at);
        }
    }
    let joined = |parts: &BTreeMap<u64, usize>| {
        let in_order = parts.iter().zip(1..).take_while(|((number, _), wanted)| *number == wanted);
        let mut run: Vec<_> = in_order.map(|((_, at), _)| *at).collect();
        // Where a part is missing, none is joined to what stands before it.
        run.extend(parts.get(&LAST_OF_ZIP).filter(|_| run.len() + 1 == parts.len()));
        let (first, last) = (&files[*run.first()?], &files[*run.last()?]);
        (run.len() > 1 && first.head.starts_with(SPLIT_ZIP))
            .then(|| Joined { name: name(&first.name, &last.name), files: run })
    };
    by_stem.values().filter_map(joined).collect()
}

/// Those that follow each other from this number on.
fn run(first: u64, numbers: &BTreeMap<u64, usize>, files: &[Volume]) -> Vec<usize> {
    let mut run = Vec::new();
    let Some(full) = numbers.get(&first).map(|at| files[*at].size) else { return run };
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
    run
}

/// Whether a file begins as others do, or as the first one: both may be logs of the same program, or copies.
fn begins_a_file(head: &[u8], first: &[u8]) -> bool {
    let is_alike = head.len() >= HEAD_BYTES && head == first && head.iter().any(|byte| *byte != 0);
    is_alike || BEGINNINGS.iter().any(|beginning| head.starts_with(beginning))
}

/// What volumes are called together, by the names of the first and the last: `log.7z.001 to .003`.
pub fn name(first: &str, last: &str) -> String {
    let ending = last.rsplit_once('.').map_or(last, |(_, ending)| ending);
    format!("{first} to .{ending}")
}

/// The volume that may follow these: the last one of a file is seldom as long as the others.
pub fn next(volumes: &[Volume]) -> Option<String> {
    let [first, .., last] = volumes else { return None };
    let (whole, digits) = numbered(&last.name)?;
    (first.size == last.size)
        .then(|| format!("{whole}.{:03}", digits.parse().unwrap_or(u64::MAX).saturating_add(1)))
}

/// The parts of a split zip without the last one, which is called so.
pub fn lacks_last(volumes: &[Volume]) -> Option<String> {
    let (stem, number) = part_of_zip(&volumes.last()?.name)?;
    (number != LAST_OF_ZIP).then(|| format!("{stem}.zip"))
}

/// Whether it may be a volume, by its name.
pub fn may_be(name: &str) -> bool {
    numbered(name).is_some() || part_of_zip(name).is_some()
}

/// What the first part of a split zip would be called of which this is the last one.
pub fn first_of_zip(name: &str) -> Option<String> {
    let (stem, number) = part_of_zip(name)?;
    (number == LAST_OF_ZIP).then(|| format!("{stem}.z01"))
}

/// The number of a file that is a volume by its name alone, and what it would be one of: `002` and `log.7z`, `z02` and `log.zip`.
pub fn alone(name: &str) -> Option<(&str, String)> {
    if let Some((stem, _)) = part_of_zip(name).filter(|(_, number)| *number != LAST_OF_ZIP) {
        return Some((&name[stem.len() + 1..], format!("{stem}.zip")));
    }
    let (whole, digits) = numbered(name)?;
    let file = whole.rsplit(['/', '\\']).next().unwrap_or(whole);
    // A name that ends in a number alone is nothing rare.
    let has_ending =
        file.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && !ending.is_empty());
    has_ending.then(|| (digits, whole.to_owned()))
}

/// What a volume is one of, and its number: at least three digits behind a dot.
fn numbered(name: &str) -> Option<(&str, &str)> {
    let (whole, digits) = name.rsplit_once('.')?;
    let number: u64 = digits.parse().ok()?;
    (!whole.is_empty() && digits == format!("{number:03}")).then_some((whole, digits))
}

/// The number of a split zip's last part, which is called as the whole would be.
const LAST_OF_ZIP: u64 = u64::MAX;

/// What a part of a split zip is one of, without its ending, and its number: `log` and 2 for `log.z02`.
fn part_of_zip(name: &str) -> Option<(&str, u64)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let number = match ending.strip_prefix('z')? {
        "ip" => LAST_OF_ZIP,
        digits => digits.parse().ok().filter(|number| *number > 0 && digits == format!("{number:02}"))?,
    };
    (!stem.is_empty()).then_some((stem, number))
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
        assert_eq!(alone("a/log.7z.002"), Some(("002", "a/log.7z".to_owned())));
        for other in
            ["log.7z", "setup.001", "a.b/setup.001", "a.b\\setup.001", ".hidden.001", "x..001", "log.7z.1"]
        {
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

    proptest! {
        /// Whatever the files and their order: none is in two, and each is made of volumes that follow each other.
        #[test]
        fn any_files(named in prop::collection::vec(("[xy]\\.00[0-4]", 0_u64..3), 0..12), turn: usize) {
            let named: Vec<_> = named.iter().map(|(name, size)| (name.as_str(), *size)).collect();
            let all = files(&named);
            let joined = joined(&all);
            let mut places: Vec<_> = joined.iter().flat_map(|joined| joined.files.clone()).collect();
            places.sort_unstable();
            prop_assert!(places.windows(2).all(|two| two[0] < two[1]));
            for Joined { files, .. } in &joined {
                prop_assert!(files.len() > 1);
                let (whole, _) = all[files[0]].name.rsplit_once('.').unwrap();
                let first = if all[files[0]].name.ends_with('0') { 0 } else { 1 };
                for (at, number) in files.iter().zip(first..) {
                    prop_assert_eq!(&all[*at].name, &format!("{whole}.{number:03}"));
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
