// An independent reader of bundles, written from docs/protocol.md with Node's standard library alone.
//
//   node read_bundle.mjs KEYS.json BUNDLE DICTIONARY      prints what the bundle says, as JSON
//   node read_bundle.mjs --vectors ENTRIES.json PACKED.json DICTIONARY   prints the outcome of each vector, as JSON

import { createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const text = (string) => Buffer.from(string, "utf8");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const hmac = (key, ...parts) => createHmac("sha256", key).update(Buffer.concat(parts)).digest();
const fail = (code) => { throw Object.assign(new Error(code), { code }); };

// -- keys: Node takes raw ones inside their DER or JWK

const edKey = (raw) => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
const xKey = (raw) => createPublicKey({ key: { kty: "OKP", crv: "X25519", x: raw.toString("base64url") }, format: "jwk" });
const xPrivate = (raw) =>
  createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), raw]), format: "der", type: "pkcs8" });
const xPublicRaw = (key) => Buffer.from(createPublicKey(key).export({ format: "jwk" }).x, "base64url");

// -- HPKE, base mode, single shot (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305

const KEM = Buffer.concat([text("KEM"), Buffer.from("0020", "hex")]);
const HPKE = Buffer.concat([text("HPKE"), Buffer.from("002000010003", "hex")]);
const extract = (suite, salt, label, ikm) => hmac(salt.length ? salt : Buffer.alloc(32), text("HPKE-v1"), suite, text(label), ikm);
const expand = (suite, prk, label, info, length) => // one block of HKDF-Expand gives 32 bytes, and no more is needed here
  hmac(prk, Buffer.from([0, length]), text("HPKE-v1"), suite, text(label), info, Buffer.from([1])).subarray(0, length);

function hpkeOpen(privateKey, info, sealed) {
  if (sealed.length < 48) fail("unseal");
  const none = Buffer.alloc(0), enc = sealed.subarray(0, 32), tag = sealed.subarray(-16);
  try {
    const dh = diffieHellman({ privateKey, publicKey: xKey(enc) });
    const prk = extract(KEM, none, "eae_prk", dh);
    const shared = expand(KEM, prk, "shared_secret", Buffer.concat([enc, xPublicRaw(privateKey)]), 32);
    const context = Buffer.concat([Buffer.from([0]), extract(HPKE, none, "psk_id_hash", none), extract(HPKE, none, "info_hash", info)]);
    const secret = extract(HPKE, shared, "secret", none);
    const open = createDecipheriv("chacha20-poly1305", expand(HPKE, secret, "key", context, 32),
      expand(HPKE, secret, "base_nonce", context, 12), { authTagLength: 16 });
    open.setAuthTag(tag);
    return Buffer.concat([open.update(sealed.subarray(32, -16)), open.final()]);
  } catch {
    fail("unseal");
  }
}

// -- packed bodies

const MAX_UNPACKED = 65536;

function unpack(packed, dictionary) {
  const codec = packed.length ? packed[0] : -1, data = packed.subarray(1);
  if (codec === 0) return data;
  if (codec !== 1 && codec !== 2) fail("unknown-codec");
  try {
    const options = { info: true, maxOutputLength: MAX_UNPACKED, ...(codec === 2 && { dictionary }) };
    const { buffer, engine } = inflateRawSync(data, options);
    if (engine.bytesWritten !== data.length) fail("inflate");
    return buffer;
  } catch {
    fail("inflate");
  }
}

// -- entries

function parseEntry(raw) {
  if (raw.length < 128 || raw.length > 65535) fail("malformed-entry");
  if (raw[0] !== 1) fail("unknown-version");
  const header = raw.subarray(0, 64), body = raw.subarray(64, -64);
  const message = Buffer.concat([text("kasih entry v1\n"), header, sha256(body)]);
  return {
    header, body, message, signature: raw.subarray(-64), id: sha256(message), kind: raw[1], time_ms: raw.readUIntBE(2, 6),
    seq: raw.readUInt32BE(8), to: raw.subarray(12, 16), log: raw.subarray(16, 32), prev: raw.subarray(32, 64),
  };
}

function readBody(entry, reader) {
  if (!entry.log.equals(reader.log) || !verify(null, entry.message, reader.signKey, entry.signature)) fail("bad-signature");
  let packed = entry.body;
  if (!entry.to.equals(Buffer.alloc(4))) {
    const key = reader.openKeys.find((one) => sha256(xPublicRaw(one)).subarray(0, 4).equals(entry.to)) ?? fail("wrong-recipient");
    packed = hpkeOpen(key, Buffer.concat([text("kasih seal v1\n"), entry.header]), packed);
  }
  return unpack(packed, reader.dictionary);
}

function* frames(bundle) {
  if (bundle.subarray(0, 8).toString("latin1") !== "KASIH1\r\n") fail("not-a-bundle");
  let at = 8;
  while (at + 2 <= bundle.length && at + 2 + bundle.readUInt16BE(at) <= bundle.length) {
    const end = at + 2 + bundle.readUInt16BE(at);
    yield bundle.subarray(at + 2, end);
    at = end;
  }
}

function readBundle(keysFile, bundleFile, dictionaryFile) {
  const keys = JSON.parse(readFileSync(keysFile, "utf8"));
  const hex = (string) => Buffer.from(string, "hex");
  const duty = xPrivate(hex(keys.open_keys.duty));
  const reader = {
    log: hex(keys.log), signKey: edKey(hex(keys.sign_key)), openKeys: Object.values(keys.open_keys).map((key) => xPrivate(hex(key))),
    dictionary: readFileSync(dictionaryFile),
  };
  return Array.from(frames(readFileSync(bundleFile)), (raw) => {
    const entry = parseEntry(raw), body = JSON.parse(readBody(entry, reader).toString("utf8"));
    if (typeof body.secret === "string") body.secret = { text: body.secret }; // A NOTE has the one seal.
    for (const part in body.secret) {
      const info = Buffer.concat([text("kasih duty v1\n"), entry.log, text(part)]);
      const opened = hpkeOpen(duty, info, Buffer.from(body.secret[part], "base64"));
      body.secret[part] = JSON.parse(unpack(opened, reader.dictionary).toString("utf8"));
    }
    return { id: entry.id.toString("hex"), kind: entry.kind, time_ms: entry.time_ms, seq: entry.seq, prev: entry.prev.toString("hex"), body };
  });
}

function runVectors(entriesFile, packedFile, dictionaryFile) {
  const dictionary = readFileSync(dictionaryFile), hex = (string) => Buffer.from(string, "hex");
  const outcome = (read) => { try { read(); return "ok"; } catch (error) { return error.code; } };
  const entries = JSON.parse(readFileSync(entriesFile, "utf8")), packed = JSON.parse(readFileSync(packedFile, "utf8"));
  const reader = {
    log: hex(entries.setting.device_log), signKey: edKey(hex(entries.setting.device_sign_key)),
    openKeys: [xPrivate(hex(entries.setting.intake_open_key))], dictionary,
  };
  return {
    entries: entries.vectors.map((one) => [one.name, outcome(() => readBody(parseEntry(hex(one.input)), reader))]),
    packed: packed.vectors.map((one) => [one.name, outcome(() => unpack(hex(one.input), dictionary))]),
  };
}

const [first, ...others] = process.argv.slice(2);
console.log(JSON.stringify(first === "--vectors" ? runVectors(...others) : readBundle(first, ...others), null, 1));
