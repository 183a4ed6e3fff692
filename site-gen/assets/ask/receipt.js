// The receipt in the asker's browser: twenty digits, drawn here and read back here. They are never sent.
//
// What api/src/consultations/receipt.rs is for letters without a script. Part of the bundles `ask` and `reply`.
(function (nuanzhan) {
  "use strict";
  const DIGITS = 20, GROUP = 4;
  // Damm's table of order 10: catches every wrong digit and every two neighbours that changed places.
  const DAMM = [
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
  ];
  const SEPARATOR = /[\s\-‐‑‒–—―－_.·,，、。]/;

  function damm(digits) {
    return Array.from(digits).reduce(function (interim, digit) { return Number(DAMM[interim][digit]); }, 0);
  }

  /** Draws a receipt: 19 digits of chance and the one that checks them. */
  function draw() {
    let digits = "";
    while (digits.length < DIGITS - 1) {
      // Below 250 each digit is as likely as any other.
      const byte = crypto.getRandomValues(new Uint8Array(1))[0];
      if (byte < 250) digits += byte % 10;
    }
    return digits + damm(digits);
  }

  /** The five groups. */
  function groups(digits) {
    return digits.match(/\d{4}/g);
  }

  /** Reads what somebody typed: `{ digits, wrong }`. What is wrong is told before any work is done; digits are twenty or none. */
  function parse(typed) {
    let digits = "";
    for (const c of Array.from(typed)) {
      const digit = c >= "０" && c <= "９" ? String.fromCharCode(c.charCodeAt(0) - 0xfee0) : c;
      if (/^\d$/.test(digit)) digits += digit;
      else if (!SEPARATOR.test(c)) return { wrong: "回执码只有数字，这里有别的字符。请对照抄下来的看一遍" };
    }
    const shape = "回执码一共 20 位数字，5 组，每组 4 位";
    if (!digits) return { wrong: "请输入回执码：5 组，每组 4 位数字" };
    if (digits.length < DIGITS) return { wrong: `少了 ${DIGITS - digits.length} 位：${shape}` };
    if (digits.length > DIGITS) return { wrong: `多了 ${digits.length - DIGITS} 位：${shape}` };
    const slip = damm(digits) !== 0;
    return { digits, wrong: slip ? "有一位不对，或者有两位写反了。请一组一组地对照着再看一遍" : "" };
  }

  /** Which groups, from 1, differ between two receipts. */
  function differing(digits, others) {
    const theirs = groups(others);
    return groups(digits).map((group, at) => (group === theirs[at] ? 0 : at + 1)).filter(Boolean);
  }

  nuanzhan.receipt = { DIGITS, GROUP, draw, groups, parse, differing };
})(self.nuanzhan = self.nuanzhan || {});
