// AWS Encryption SDK for JavaScript with its KMS keyring: what applications encrypt files with.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node'
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient, RotateKeyOnDemandCommand } from '@aws-sdk/client-kms'

const kms = new KMSClient({ maxAttempts: 1 })
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
const context = { purpose: 'backup', tenant: 'Größe 猫' }
const createKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata.Arn
const keyring = (...keyIds) => new KmsKeyringNode({ keyIds })

test('a message comes back with the context that it was encrypted in', async () => {
  const key = await createKey()
  const message = randomBytes(100_000)
  const { result } = await encrypt(new KmsKeyringNode({ generatorKeyId: key }), message, { encryptionContext: context })
  const { plaintext, messageHeader } = await decrypt(keyring(key), result)
  assert.deepEqual(plaintext, message)
  for (const [name, value] of Object.entries(context)) assert.equal(messageHeader.encryptionContext[name], value)
})

test('an alias may encrypt, and the key that it names decrypts', async () => {
  const key = await createKey()
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/esdk', TargetKeyId: key }))
  const alias = key.replace(/key\/.*/, 'alias/esdk')
  const { result } = await encrypt(new KmsKeyringNode({ generatorKeyId: alias }), 'by alias')
  assert.equal((await decrypt(keyring(key), result)).plaintext.toString(), 'by alias')
})

test('each key of a multi-keyring decrypts alone', async () => {
  const [generatorKeyId, ...keyIds] = [await createKey(), await createKey(), await createKey()]
  const { result } = await encrypt(new KmsKeyringNode({ generatorKeyId, keyIds }), 'to three', { encryptionContext: context })
  for (const key of [generatorKeyId, ...keyIds]) {
    assert.equal((await decrypt(keyring(key), result)).plaintext.toString(), 'to three')
  }
  await kms.send(new DisableKeyCommand({ KeyId: generatorKeyId }))
  await assert.rejects(decrypt(keyring(generatorKeyId), result))
  assert.equal((await decrypt(keyring(generatorKeyId, keyIds[1]), result)).plaintext.toString(), 'to three')
})

test('another key does not decrypt', async () => {
  const { result } = await encrypt(new KmsKeyringNode({ generatorKeyId: await createKey() }), 'not for you')
  await assert.rejects(decrypt(keyring(await createKey()), result))
})

test('a changed context does not decrypt', async () => {
  const key = await createKey()
  const { result } = await encrypt(new KmsKeyringNode({ generatorKeyId: key }), 'bound', { encryptionContext: context })
  const changed = Buffer.from(result)
  const at = changed.indexOf('backup')
  assert.ok(at > 0)
  changed[at] ^= 1
  await assert.rejects(decrypt(keyring(key), changed))
})

test('messages from before a rotation decrypt after it', async () => {
  const key = await createKey()
  const { result } = await encrypt(new KmsKeyringNode({ generatorKeyId: key }), 'old')
  await kms.send(new RotateKeyOnDemandCommand({ KeyId: key }))
  assert.equal((await decrypt(keyring(key), result)).plaintext.toString(), 'old')
})
