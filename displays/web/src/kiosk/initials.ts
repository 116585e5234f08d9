// Initials of pinyin without a dictionary: Chinese collation sorts by pinyin, so a character has the
// initial of the last marker before it. For items whose keywords carry no pinyin; characters with
// several readings get their most common one.

// The first character of each initial in pinyin order; i, u and v begin no syllable.
const MARKERS = "阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";
const HAN = /[\u4e00-\u9fff]/;

let collator: Intl.Collator | null = null;

/** "营业执照" → "yyzz"; letters and digits stay, other characters are left out. */
export function initialsOf(name: string): string {
  return Array.from(name.toLowerCase(), initialOf).join("");
}

function initialOf(character: string): string {
  if (/[a-z0-9]/.test(character)) {
    return character;
  }
  return HAN.test(character) ? letterOf(character) : "";
}

function letterOf(character: string): string {
  collator = collator || new Intl.Collator("zh-Hans-CN-u-co-pinyin");
  let low = 0;
  let high = MARKERS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (collator.compare(MARKERS.charAt(middle), character) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low === 0 ? "" : LETTERS.charAt(low - 1);
}
