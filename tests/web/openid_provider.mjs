// A real OpenID provider for the tests: node openid_provider.mjs PORT PAGES SECRET
// Whoever types a name is that subject; any password will do. GET /lies/<name> has it tell one lie, in the next ID token or on the next way back.
import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../dashboards/package.json", import.meta.url));
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);
const { SignJWT, decodeJwt, importJWK } = await import(
  pathToFileURL(createRequire(require.resolve("oidc-provider")).resolve("jose")).href
);

const [port, pages, secret] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const newKey = () => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid: randomUUID(),
  alg: "RS256",
  use: "sig",
});
const key = newKey();

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "vaka",
      client_secret: secret,
      redirect_uris: [`${pages}/sign-in/openid/back`],
      post_logout_redirect_uris: [`${pages}/sign-in`],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: "Kari Nordmann", email: "kari@example.org" }) }),
  // The house has agreed for its people: nobody is asked whether Vaka may know them.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

const b64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);
const signed = async (claims, by = key) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: by.kid }).sign(await importJWK(by, "RS256"));
const LIES = {
  nonce: (claims) => signed({ ...claims, nonce: "another" }),
  "no-nonce": ({ nonce, ...claims }) => signed(claims),
  expired: (claims) => signed({ ...claims, iat: seconds() - 7200, exp: seconds() - 3600 }),
  audience: (claims) => signed({ ...claims, aud: "another-program" }),
  "for-another": (claims) => signed({ ...claims, aud: ["vaka", "another-program"], azp: "another-program" }),
  issuer: (claims) => signed({ ...claims, iss: "https://login.example.org" }),
  "access-token": (claims) => signed({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }),
  "no-subject": ({ sub, ...claims }) => signed(claims),
  none: (claims) => `${b64({ alg: "none" })}.${b64(claims)}.`,
  "another-key": (claims) => signed(claims, { ...newKey(), kid: key.kid }),
  "shared-secret": (claims) => {
    const text = `${b64({ alg: "HS256" })}.${b64(claims)}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  },
  garbage: () => "three.times.nothing",
};

const LIES_ON_THE_WAY_BACK = {
  "state-in-answer": (said) => said.set("state", "made-up"),
  "issuer-in-answer": (said) => said.set("iss", "https://login.example.org"),
  "used-code": (said) => said.set("code", usedCode),
};

let lie = "";
let usedCode = "";
provider.use(async (ctx, next) => {
  if (ctx.path.startsWith("/lies/")) {
    lie = ctx.path.slice("/lies/".length);
    ctx.body = lie;
    return;
  }
  await next();
  const back = ctx.response.get("location") ?? "";
  if (back.includes("/sign-in/openid/back?")) {
    const address = new URL(back);
    usedCode ||= address.searchParams.get("code");
    if (lie in LIES_ON_THE_WAY_BACK) {
      LIES_ON_THE_WAY_BACK[lie](address.searchParams);
      ctx.set("location", address.href);
      lie = "";
    }
  }
  if (lie in LIES && ctx.path === "/token" && ctx.body?.id_token) {
    ctx.body = { ...ctx.body, id_token: await LIES[lie](decodeJwt(ctx.body.id_token)) };
    lie = "";
  }
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
