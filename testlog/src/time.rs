//! Points in time as Windows logs write them.

/// 100-nanosecond ticks since 1601-01-01 UTC: a FILETIME, as EVTX stores times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

const TICKS_PER_MILLI: u64 = 10_000;
const TICKS_PER_DAY: u64 = 24 * 60 * 60 * 1000 * TICKS_PER_MILLI;
/// From 1601-01-01 to 1970-01-01.
const DAYS_TO_1970: u64 = 134_774;

/// A time taken apart.
struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    ticks: u64,
}

impl Time {
    /// This many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_unix_millis(millis: u64) -> Time {
        Time(DAYS_TO_1970 * TICKS_PER_DAY + millis * TICKS_PER_MILLI)
    }

    /// Later by so many ticks.
    pub fn plus(self, ticks: u64) -> Time {
        Time(self.0 + ticks)
    }

    /// Cut to milliseconds, the precision of Sysmon's `UtcTime`.
    pub fn whole_millis(self) -> Time {
        Time(self.0 / TICKS_PER_MILLI * TICKS_PER_MILLI)
    }

    /// Whole seconds since 1970.
    pub fn unix(self) -> u32 {
        ((self.0 - DAYS_TO_1970 * TICKS_PER_DAY) / (1000 * TICKS_PER_MILLI)) as u32
    }

    /// Seconds since 1970 with microseconds, as Velociraptor writes them.
    pub fn unix_seconds(self) -> String {
        let ticks = self.0 - DAYS_TO_1970 * TICKS_PER_DAY;
        format!("{}.{:06}", ticks / 10_000_000, ticks % 10_000_000 / 10)
    }

    /// `2019-04-30 20:32:51.168`, as in Sysmon's `UtcTime`.
    pub fn utc_time(self) -> String {
        let civil = self.civil();
        let mut text = String::with_capacity(23);
        civil.push(&mut text, b' ');
        text.push('.');
        push_digits(&mut text, civil.ticks / TICKS_PER_MILLI, 3);
        text
    }

    /// `2019-04-30T20:32:51.1681234Z` with this many fraction digits, at most nine: Windows renders
    /// seven, Splunk's input nine.
    pub fn iso(self, digits: usize) -> String {
        let mut text = String::with_capacity(30);
        self.push_iso(&mut text, digits);
        text
    }

    /// [`Time::iso`] at the end of a text.
    pub fn push_iso(self, text: &mut String, digits: usize) {
        let civil = self.civil();
        civil.push(text, b'T');
        if digits > 0 {
            text.push('.');
            let nanos = civil.ticks * 100;
            push_digits(text, nanos / 10_u64.pow(9 - digits as u32), digits);
        }
        text.push('Z');
    }

    /// With the fraction digits that are not trailing zeros, as the report prints times.
    pub fn shortest(self) -> String {
        let text = self.iso(7);
        let cut = text.trim_end_matches('Z').trim_end_matches('0');
        format!("{}Z", cut.trim_end_matches('.'))
    }

    /// Days to a date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `civil_from_days`, with days counted from 0000-03-01.
    fn civil(self) -> Civil {
        let days = self.0 / TICKS_PER_DAY + 584_694;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        let seconds = self.0 % TICKS_PER_DAY / 10_000_000;
        Civil {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            ticks: self.0 % 10_000_000,
        }
    }
}

impl Civil {
    fn push(&self, text: &mut String, between: u8) {
        push_digits(text, self.year, 4);
        text.push('-');
        push_digits(text, self.month, 2);
        text.push('-');
        push_digits(text, self.day, 2);
        text.push(between as char);
        push_digits(text, self.hour, 2);
        text.push(':');
        push_digits(text, self.minute, 2);
        text.push(':');
        push_digits(text, self.second, 2);
    }
}

/// Exactly `width` decimal digits. A gigabyte of log holds two million times, so this is no
/// `format!`.
fn push_digits(text: &mut String, number: u64, width: usize) {
    for place in (0..width as u32).rev() {
        text.push((b'0' + (number / 10_u64.pow(place) % 10) as u8) as char);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_forms_that_logs_hold() {
        let time = Time::from_unix_millis(1_556_656_371_168).plus(1234);
        assert_eq!(time.utc_time(), "2019-04-30 20:32:51.168");
        assert_eq!(time.iso(7), "2019-04-30T20:32:51.1681234Z");
        assert_eq!(time.iso(9), "2019-04-30T20:32:51.168123400Z");
        assert_eq!(time.whole_millis().shortest(), "2019-04-30T20:32:51.168Z");
        assert_eq!(time.unix_seconds(), "1556656371.168123");
        assert_eq!(Time(0).iso(0), "1601-01-01T00:00:00Z");
        let leap = Time::from_unix_millis(1_709_164_800_000);
        assert_eq!(leap.shortest(), "2024-02-29T00:00:00Z");
    }
}
