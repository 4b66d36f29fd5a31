//! Code pages in which programs for Windows write the passwords of zips: the format names none.
//!
//! The upper halves, as the Unicode Consortium maps them (<https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/>); U+FFFD
//! where there is no letter.

/// The letters of the bytes from 128 on.
const PAGES: [&str; 7] = [
    // Windows-1252: western Europe, as windows write it.
    "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
     ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    // 437: as consoles write it in the United States.
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    // 850: western Europe, as consoles write it.
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    // Windows-1250: central Europe.
    "€\u{fffd}‚\u{fffd}„…†‡\u{fffd}‰Š‹ŚŤŽŹ\u{fffd}‘’“”•–—\u{fffd}™š›śťžź\u{a0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{ad}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż\
     ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙",
    // 852: the same, as consoles write it.
    "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
     └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}",
    // Windows-1251: Cyrillic.
    "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{fffd}™љ›њќћџ\u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕї\
     АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
    // 866: the same, as consoles write it.
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u{a0}",
];

/// A text in each code page that has all of its letters. One that is in ASCII is the same in all of them: none.
pub fn spellings(text: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    if text.is_ascii() {
        return all;
    }
    for page in PAGES {
        if let Some(spelling) = spelled(text, page)
            && !all.contains(&spelling)
        {
            all.push(spelling);
        }
    }
    all
}

fn spelled(text: &str, page: &str) -> Option<Vec<u8>> {
    let byte = |letter: char| match letter {
        '\0'..='\x7f' => Some(letter as u8),
        '\u{fffd}' => None,
        // There are 128 of them.
        _ => page.chars().position(|one| one == letter).map(|at| 128 + at as u8),
    };
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_128_letters() {
        for page in PAGES {
            assert_eq!(page.chars().count(), 128, "{page}");
        }
    }

    #[test]
    fn a_text_in_each_page_that_has_it() {
        assert_eq!(spellings("p\u{e4}ss"), [b"p\xe4ss", b"p\x84ss"]);
        assert_eq!(spellings("\u{20ac}"), [[0x80], [0x88]]);
        assert_eq!(spellings("\u{444}\u{444}"), [[0xf4, 0xf4], [0xe4, 0xe4]]);
        for none in ["", "plain", "\u{4e2d}", "\u{fffd}", "\u{e4}\u{444}"] {
            assert_eq!(spellings(none), [[0; 0]; 0], "{none}");
        }
    }
}
