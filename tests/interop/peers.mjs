// Sends one encrypted push to the webhook with an implementation that is not ours, and decrypts what comes back.
// Standard input: {"peer", "url", "token", "key", "appId", "account", "format", "fields"}; standard output: {"status", "message"}.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const asked = JSON.parse(readFileSync(0, "utf8"));
const { token, key, appId } = asked;

const peers = {
  "@wecom/crypto": () => {
    const { encrypt, decrypt, getSignature } = require("@wecom/crypto");
    return {
      seal: (message, timestamp, nonce) => {
        const encrypted = encrypt(key, message, appId);
        return { encrypted, proof: getSignature(token, timestamp, nonce, encrypted) };
      },
      open: ({ encrypted, proof, timestamp, nonce }) => {
        if (getSignature(token, timestamp, nonce, encrypted) !== proof) throw new Error("wrong signature");
        const { message, id } = decrypt(key, encrypted);
        if (id !== appId) throw new Error("another account");
        return message;
      },
    };
  },
  "wechat-crypto": () => {
    const Crypto = require("wechat-crypto");
    const crypto = new Crypto(token, key, appId);
    return {
      seal: (message, timestamp, nonce) => {
        const encrypted = crypto.encrypt(message);
        return { encrypted, proof: crypto.getSignature(timestamp, nonce, encrypted) };
      },
      open: ({ encrypted, proof, timestamp, nonce }) => {
        if (crypto.getSignature(timestamp, nonce, encrypted) !== proof) throw new Error("wrong signature");
        const { message, id } = crypto.decrypt(encrypted);
        if (id !== appId) throw new Error("another account");
        return message;
      },
    };
  },
  "node-easywechat": () => {
    const loaded = require("node-easywechat/dist/Core/Encryptor");
    const Encryptor = loaded.default ?? loaded;
    const encryptor = new Encryptor(appId, token, key, appId);
    return {
      seal: (message, timestamp, nonce) => {
        const envelope = encryptor.encrypt(message, nonce, Number(timestamp));
        return { encrypted: tag(envelope, "Encrypt"), proof: tag(envelope, "MsgSignature") };
      },
      // It checks signature and account itself, and throws.
      open: ({ encrypted, proof, timestamp, nonce }) => encryptor.decrypt(encrypted, proof, nonce, Number(timestamp)),
    };
  },
};

const tag = (xml, name) => xml.match(new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`, "s"))[1];
const element = ([name, value]) => `<${name}>${typeof value === "number" ? value : `<![CDATA[${value}]]>`}</${name}>`;

function envelope(encrypted) {
  if (asked.format === "json") return JSON.stringify({ ToUserName: asked.account, Encrypt: encrypted });
  return `<xml><ToUserName><![CDATA[${asked.account}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
}

function unfold(body) {
  if (asked.format === "json") {
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = JSON.parse(body);
    return { encrypted: Encrypt, proof: MsgSignature, timestamp: String(TimeStamp), nonce: Nonce };
  }
  const [encrypted, proof, timestamp, nonce] = ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"].map((name) => tag(body, name));
  return { encrypted, proof, timestamp, nonce };
}

const peer = peers[asked.peer]();
const timestamp = String(Math.floor(Date.now() / 1000));
const nonce = "1372623149";
const fields = { ...asked.fields, CreateTime: Number(timestamp) };
const plain = asked.format === "json" ? JSON.stringify(fields) : `<xml>${Object.entries(fields).map(element).join("")}</xml>`;
const { encrypted, proof } = peer.seal(plain, timestamp, nonce);
const signature = createHash("sha1").update([token, timestamp, nonce].sort().join("")).digest("hex");
const query = new URLSearchParams({ signature, timestamp, nonce, openid: fields.FromUserName, encrypt_type: "aes", msg_signature: proof });
const response = await fetch(`${asked.url}?${query}`, { method: "POST", body: envelope(encrypted) });
const body = await response.text();
const message = response.status === 200 && body !== "success" ? peer.open(unfold(body)) : body;
process.stdout.write(JSON.stringify({ status: response.status, message }));
