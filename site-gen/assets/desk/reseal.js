// Old letters follow the desk's next key while members work: content keys are opened with the old key and sealed to the new.

let resealing = false;

/** Goes on until nothing is left, a hundred at a time. What is interrupted goes on the next time; two who do it do no harm. */
async function resealAll() {
  if (resealing) return;
  resealing = true;
  try {
    while (await resealSome());
  } finally {
    resealing = false;
  }
}

async function resealSome() {
  if (!session) return false;
  const old = await call("GET", "/desk/reseal");
  if (!old.older.length) return false;
  if (!session.deskKeys.has(old.generation)) await learnKeys();
  if (!session || !session.deskKeys.has(old.generation)) return false;
  const moved = await reseal(session.deskKeys, old.generation, old.keys);
  // What this member can't open either waits for another one.
  if (old.keys.length && !moved.keys.length) return false;
  const { left } = await call("POST", "/desk/reseal", moved);
  return left > 0;
}
