//! Points in time as Windows logs write them.

use std::cmp::Ordering;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Nanoseconds since 1970-01-01T00:00:00Z; covers the years 1677 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(i64);

impl Time {
    /// The time as a plain number, for [`Time::of_bits`].
    pub fn bits(self) -> u64 {
        self.0.cast_unsigned()
    }

    /// The time of such a number.
    pub fn of_bits(bits: u64) -> Time {
        Time(bits.cast_signed())
    }

    /// Reads Sysmon's `UtcTime` (`2019-04-30 20:32:51.168`) and `TimeCreated@SystemTime`
    /// (`2019-04-30T20:32:51.1680000Z`): a blank or `T` between date and time, up to nine
    /// fraction digits. A time without a zone is UTC. None when it is no such time.
    pub fn parse(text: &str) -> Option<Time> {
        // A date alone would be taken for its midnight.
        let text = Some(text.trim()).filter(|text| text.len() > "2019-04-30".len())?;
        if let Some(date) = text.strip_prefix("/Date(") {
            return Time::of_powershell(date.strip_suffix(")/")?);
        }
        // UtcTime has no zone, which a `Timestamp` wants and a `DateTime` passes over.
        let timestamp = match Time::has_zone(text) {
            true => text.parse::<Timestamp>().ok(),
            false => TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok(),
        };
        i64::try_from(timestamp?.as_nanosecond()).ok().map(Time)
    }

    /// What Windows PowerShell's `ConvertTo-Json` makes of a time: milliseconds since 1970 in UTC, whatever zone it tells
    /// behind them.
    fn of_powershell(date: &str) -> Option<Time> {
        let digits = date.find(['+', '-']).filter(|at| *at > 0).map_or(date, |at| &date[..at]);
        digits.parse::<i64>().ok()?.checked_mul(1_000_000).map(Time)
    }

    /// Whether a zone stands behind the date and time.
    pub fn has_zone(text: &str) -> bool {
        text.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-', '[']))
    }

    /// Nanoseconds since 1970.
    pub fn nanoseconds(self) -> i64 {
        self.0
    }

    /// So many minutes later, or earlier; no further than times reach.
    pub fn plus_minutes(self, minutes: i64) -> Time {
        self.plus_seconds(minutes.saturating_mul(60))
    }

    /// So many seconds later.
    pub fn plus_seconds(self, seconds: i64) -> Time {
        Time(self.0.saturating_add(seconds.saturating_mul(1_000_000_000)))
    }

    /// Reads seconds since 1970, as Velociraptor writes `TimeCreated.SystemTime`.
    pub fn from_seconds(seconds: f64) -> Option<Time> {
        // A double holds microseconds of our century exactly; more digits would be noise.
        let micros = (seconds * 1e6).round();
        (micros.abs() < 9e15).then(|| Time(micros as i64 * 1000))
    }

    /// Whole milliseconds since 1970.
    pub fn milliseconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The millisecond that it lies in. The first one that there is begins later than it should.
    pub fn floor_to_millisecond(self) -> Time {
        Time(self.0.saturating_sub(self.0.rem_euclid(1_000_000)))
    }
}

/// The order of times, the unknown ones last.
pub fn compare(a: Option<Time>, b: Option<Time>) -> Ordering {
    (a.is_none(), a).cmp(&(b.is_none(), b))
}

/// A number for each time, in the order of [`compare`]. Only the very last time that there is has
/// the number of the unknown one.
pub fn number(time: Option<Time>) -> u64 {
    time.map_or(u64::MAX, |time| time.0.cast_unsigned() ^ (1 << 63))
}

/// A time, or none, written as text: for values that are read again and also shown as they are.
pub mod text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::Time;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Option<Time>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_string()).serialize(to)
    }

    /// Reads it again.
    ///
    /// # Errors
    /// Those of the deserializer, and a text that is no time.
    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Option<Time>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| Time::parse(&text).ok_or_else(|| D::Error::custom("no time"))).transpose()
    }
}

/// ISO 8601 in UTC with the fraction digits that are not trailing zeros:
/// `2019-04-30T20:32:51.168Z`.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Timestamp::from_nanosecond(self.0.into()) {
            Ok(timestamp) => timestamp.fmt(f),
            Err(error) => unreachable!("every i64 of nanoseconds is a timestamp: {error}"),
        }
    }
}

/// `strftime("%Y-%m-%dT%H:%M:%S")` of an ISO 8601 time, as Splunk's macro `security_content_ctime`
/// prints it: whole seconds, UTC, no zone suffix.
pub fn ctime(iso: &str) -> &str {
    iso.get(..19).unwrap_or(iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Time::parse(text).map(|time| time.to_string())
    }

    #[test]
    fn reads_the_forms_that_logs_hold() {
        let iso = Some("2019-04-30T20:32:51.168Z".to_owned());
        for text in [
            "2019-04-30 20:32:51.168",
            "2019-04-30T20:32:51.168Z",
            "2019-04-30T20:32:51.1680000Z",
            "2019-04-30T20:32:51.168000000",
            "2019-04-30T22:32:51.168+02:00",
            " 2019-04-30 20:32:51.168\r",
        ] {
            assert_eq!(read(text), iso, "{text}");
        }
        assert_eq!(read("2019-04-30 20:32:51").as_deref(), Some("2019-04-30T20:32:51Z"));
        assert_eq!(read("/Date(1556656371168)/"), iso);
        assert_eq!(read("/Date(1556656371168+0200)/"), iso);
    }

    #[test]
    fn says_none_to_what_is_no_time() {
        for text in [
            "",
            "-",
            "yesterday",
            "/Date(1556656371168",
            "/Date(9223372036854775807)/",
            "/Date(today)/",
            "2019-13-30 20:32:51",
            "1601-01-01 00:00:00",
            "9999-12-31T23:59:59Z",
            "2019-04-30",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_time_of_all_lies_in_a_millisecond() {
        assert_eq!(Time(i64::MIN).floor_to_millisecond(), Time(i64::MIN));
        assert_eq!(Time(-1).floor_to_millisecond(), Time(-1_000_000));
    }

    #[test]
    fn whole_seconds_are_cut_not_rounded() {
        assert_eq!(ctime("2019-04-30T20:32:51.999Z"), "2019-04-30T20:32:51");
        assert_eq!(ctime("2019-04-30T20:32:51Z"), "2019-04-30T20:32:51");
    }

    #[test]
    fn epoch_seconds_keep_microseconds() {
        let time = Time::from_seconds(1_556_656_371.168).map(|time| time.to_string());
        assert_eq!(time.as_deref(), Some("2019-04-30T20:32:51.168Z"));
        assert_eq!(Time::from_seconds(f64::NAN), None);
    }

    #[test]
    fn numbers_have_the_order_of_times() {
        let times = [i64::MIN, -1, 0, 1, i64::MAX - 1].map(|time| Some(Time(time)));
        let all = times.into_iter().chain([None]);
        assert!(all.clone().is_sorted_by(|a, b| compare(*a, *b).is_lt() && number(*a) < number(*b)));
        let last = Some(Time(i64::MAX));
        assert!(number(last) == number(None) && compare(last, None).is_lt());
    }

    #[test]
    fn a_time_is_read_again_from_its_text() {
        let again = |value| text::deserialize(value).ok();
        for nanoseconds in [i64::MIN, -1, 0, 1_556_656_371_168_000_001, i64::MAX] {
            let time = Some(Time(nanoseconds));
            assert_eq!(again(text::serialize(&time, serde_json::value::Serializer).unwrap()), Some(time));
        }
        assert_eq!(again(serde_json::Value::Null), Some(None));
        assert_eq!(again("yesterday".into()), None);
    }
}
