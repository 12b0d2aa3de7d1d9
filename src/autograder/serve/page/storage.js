// Browser storage that may be full, switched off or filled with anything: nothing here throws.

/** The value under a key; null where there is none or storage is switched off. */
export function read(kind, key) {
  try {
    return globalThis[kind].getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a value, or removes it where it is null; false where that was refused. */
export function write(kind, key, value) {
  try {
    if (value === null) globalThis[kind].removeItem(key);
    else globalThis[kind].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
