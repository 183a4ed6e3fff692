// The vectors of docs/message-format.json in a page: each step is done with what the page's own scripts have, and told as
// [where it stands in the file, what came out].
({
  // What an asker's side has: receipt, place, message.
  async asker(given) {
    const { sealing, hpke, receipt } = nuanzhan, b = sealing.fromBase64, t = sealing.toBase64;
    const bytes = (hex) => Uint8Array.from(hex.match(/../g), (digits) => parseInt(digits, 16));
    const hex = (all) => Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const { place, note_place, message } = given, steps = [];
    const step = (where, came) => steps.push([where, came]);
    const { digits, wrong } = receipt.parse(receipt.groups(given.receipt.digits).join(" "));
    if (wrong) throw new Error(wrong);
    step("/receipt/digits", digits);
    const stretched = await sealing.stretch(digits, b(given.receipt.salt), given.receipt.rounds);
    step("/receipt/stretched", t(stretched));
    step("/receipt/locator", t(await sealing.locator(stretched)));
    const label = new TextEncoder().encode("nuanzhan/thread-seed/1\0");
    step("/receipt/thread_seed", t(await sealing.expand(stretched, hpke.concat(label, bytes(place.thread)))));
    const own = await sealing.threadPair(stretched, place.thread);
    step("/receipt/public_key", t(own.publicKey));
    step("/place/bytes", hex(sealing.canonical(place)));
    step("/note_place/bytes", hex(sealing.canonical(note_place)));
    step("/message/aad", t(sealing.labelled("nuanzhan/message/1", sealing.canonical(place))));
    step("/message/key_info", t(sealing.keyInfo(place)));
    step("/message/padded", t(sealing.pad(b(message.json))));
    const desk = await hpke.importKeyPair(b(message.keys[0].private_key), b(message.keys[0].public_key));
    for (const [pair, { key }] of [[desk, message.keys[0]], [own, message.keys[1]]]) {
      step("/message/content_key", t(await hpke.open(pair, sealing.keyInfo(place), b(key))));
      step("/message/envelope", await sealing.openMessage(pair, place, b(key), b(message.content)));
    }
    return steps;
  },

  // What a member's browser does, from passphrase, paper and invitation to the letter.
  async desk(given) {
    const { sealing, hpke, keys } = nuanzhan, b = sealing.fromBase64, t = sealing.toBase64;
    const { desk, message, place } = given, { member, changed, colleague, paper, proof, resealed } = desk, steps = [];
    const step = (where, came) => steps.push([where, came]);
    const info = sealing.keyInfo(place);
    step("/desk/invitation/hash", await keys.codeHash(desk.invitation.code));
    let own = null;
    for (const [at, kept] of [["member", member], ["changed", changed]]) {
      const stretched = await sealing.stretch(kept.passphrase, b(kept.salt), kept.rounds);
      step(`/desk/${at}/stretched`, t(stretched));
      step(`/desk/${at}/login`, t(await sealing.loginValue(stretched)));
      step(`/desk/${at}/wrap_key`, t(await sealing.expand(stretched, new TextEncoder().encode("nuanzhan/member-wrap/1"))));
      const wrapped = await sealing.unwrapBytes(stretched, member.id, b(member.public_key), b(kept.wrapped_key));
      step("/desk/member/private_key", t(wrapped));
      own = await sealing.unwrapMember(stretched, member.id, b(member.public_key), b(kept.wrapped_key));
    }
    const aad = hpke.concat(b(member.public_key), new TextEncoder().encode(member.id));
    step("/desk/member/aad", t(sealing.labelled("nuanzhan/member-key/1", aad)));
    step("/desk/member/fingerprint", await keys.fingerprint(member.public_key, member.id));
    step("/desk/colleague/fingerprint", await keys.fingerprint(colleague.public_key, colleague.id));
    const { pair: onPaper, wrong } = await keys.readPaper(paper.text);
    if (wrong) throw new Error(wrong);
    step("/desk/paper/public_key", t(onPaper.publicKey));
    const stays = await hpke.importKeyPair(b(colleague.private_key), b(colleague.public_key));
    const holders = { [member.id]: own, [colleague.id]: stays, recovery: onPaper };
    for (const [at, key] of desk.keys.entries()) {
      for (const [nth, copy] of key.copies.entries()) {
        const share = { desk: desk.id, generation: key.generation, holder: copy.holder };
        step(`/desk/keys/${at}/copies/${nth}/info`, t(sealing.shareInfo(share)));
        const opened = await hpke.open(holders[copy.holder], sealing.shareInfo(share), b(copy.sealed_key));
        step(`/desk/keys/${at}/private_key`, t(opened));
        const pair = await sealing.openDeskKey(holders[copy.holder], share, b(copy.sealed_key), b(key.public_key));
        const sealed = at === 0 ? message.keys[0].key : resealed.key;
        step("/message/content_key", t(await hpke.open(pair, info, b(sealed))));
        step("/message/envelope", await sealing.openMessage(pair, place, b(sealed), b(message.content)));
      }
    }
    step("/desk/proof/opened", await keys.proveRecovery(onPaper, desk.id, proof.member, proof.challenge));
    return steps;
  },

  // A proof of receipt.
  async proof(given) {
    const { proof } = nuanzhan, read = proof.parse(given.proof.text);
    const bytes = btoa(String.fromCharCode(...proof.canonical(read)));
    if (!(await proof.hasSigned(proof.bytes(given.proof.public_key, 32), read))) throw new Error("nobody has signed this");
    return [["/proof/bytes", bytes]];
  },
})
