//! How a strict parse takes values of JSON: a scalar as text, some members of an object, and anything else passed over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// A scalar as text; none when it is absent or something else.
#[derive(Debug, Clone, Default)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

/// Text in which nothing is escaped; none for anything else. Ids need no more, and a line has many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain<'a>(pub Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Plain<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Text::deserialize(deserializer)?.0 {
            Some(Cow::Borrowed(text)) => Ok(Plain(Some(text))),
            _ => Ok(Plain(None)),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar(std::marker::PhantomData))
    }
}

struct Scalar<'a>(std::marker::PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for Scalar<'a> {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text<'a>, A::Error> {
        while items.next_element::<Passed>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'a>, A::Error> {
        while map.next_entry::<Passed, Passed>()?.is_some() {}
        Ok(Text(None))
    }
}

/// A value that is passed over, and read as who builds all of it reads it: a number beyond 64 bits of floating point, or one
/// value in another too often, is an error. serde's `IgnoredAny` lets both pass.
pub struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Passed)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = Passed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Passed, E> {
        Ok(Passed)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Passed, E> {
        Ok(Passed)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Passed, E> {
        Ok(Passed)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Passed, E> {
        Ok(Passed)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Passed, E> {
        Ok(Passed)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Passed, E> {
        Ok(Passed)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Passed, A::Error> {
        while items.next_element::<Passed>()?.is_some() {}
        Ok(Passed)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Passed, A::Error> {
        while map.next_entry::<Passed, Passed>()?.is_some() {}
        Ok(Passed)
    }
}

/// Writes a visitor that keeps some members of an object and passes over the others.
macro_rules! object {
    ($name:ident, $what:literal, |$into:ident, $map:ident, $key:ident| { $($arms:tt)* }) => {
        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
                    type Value = $name<'a>;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut $map: A) -> Result<$name<'a>, A::Error> {
                        let mut $into = $name::default();
                        while let Some(key) = $map.next_key::<Name<'de>>()? {
                            match &*key.0 {
                                $($arms)*
                                _ => {
                                    $map.next_value::<Passed>()?;
                                }
                            }
                        }
                        Ok($into)
                    }
                }
                deserializer.deserialize_map(Members(std::marker::PhantomData))
            }
        }
    };
}

pub(super) use object;

/// A member's name, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
pub struct Name<'a>(#[serde(borrow)] pub Cow<'a, str>);
