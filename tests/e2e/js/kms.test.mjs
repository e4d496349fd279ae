// AWS SDK for JavaScript v3: the operations that older clients do not know, and keep-alive at some rate.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as sdk from '@aws-sdk/client-kms'
import { NodeHttp2Handler } from '@smithy/node-http-handler'

// Endpoint, Region, access key and trust come from the environment, as env.sh sets it.
const requestHandler = process.env.STRONGROOM_HTTP === '2' ? new NodeHttp2Handler() : undefined
const kms = new sdk.KMSClient({ maxAttempts: 1, requestHandler })
after(() => kms.destroy())
const call = (name, input = {}) => kms.send(new sdk[`${name}Command`](input))
const createKey = async () => (await call('CreateKey')).KeyMetadata.KeyId
const text = (string) => new TextEncoder().encode(string)
const EncryptionContext = { bucket: 'photos', object: 'Größe/猫.jpg' }

test('a data key comes back with its context and only with it', async () => {
  const KeyId = await createKey()
  const made = await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext })
  const opened = await call('Decrypt', { CiphertextBlob: made.CiphertextBlob, EncryptionContext })
  assert.deepEqual(opened.Plaintext, made.Plaintext)
  await assert.rejects(call('Decrypt', { CiphertextBlob: made.CiphertextBlob }), sdk.InvalidCiphertextException)
})

test('old and new ciphertexts decrypt after rotations on demand', async () => {
  const KeyId = await createKey()
  const blobs = []
  for (let rotation = 0; rotation < 3; rotation++) {
    blobs.push((await call('Encrypt', { KeyId, Plaintext: text(`before rotation ${rotation}`) })).CiphertextBlob)
    const answer = await call('RotateKeyOnDemand', { KeyId })
    assert.ok(answer.KeyId.endsWith(KeyId))
  }
  blobs.push((await call('Encrypt', { KeyId, Plaintext: text('before rotation 3') })).CiphertextBlob)
  const materials = new Set()
  for (const [n, CiphertextBlob] of blobs.entries()) {
    const answer = await call('Decrypt', { CiphertextBlob, KeyId })
    assert.equal(new TextDecoder().decode(answer.Plaintext), `before rotation ${n}`)
    materials.add(answer.KeyMaterialId)
  }
  assert.equal(materials.size, 4)
})

test('rotations are listed with their type, newest material being current', async () => {
  const KeyId = await createKey()
  const first = (await call('DescribeKey', { KeyId })).KeyMetadata.CurrentKeyMaterialId
  await call('RotateKeyOnDemand', { KeyId })
  await call('RotateKeyOnDemand', { KeyId })
  const { Rotations } = await call('ListKeyRotations', { KeyId })
  assert.deepEqual(Rotations.map((r) => r.RotationType), ['ON_DEMAND', 'ON_DEMAND'])
  for (const rotation of Rotations) assert.ok(Math.abs(rotation.RotationDate - Date.now()) < 60_000)
  const all = (await call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations
  assert.equal(all.length, 3)
  assert.ok(all.some((r) => r.KeyMaterialId === first && r.KeyMaterialState === 'NON_CURRENT'))
  const current = (await call('DescribeKey', { KeyId })).KeyMetadata.CurrentKeyMaterialId
  assert.deepEqual(all.filter((r) => r.KeyMaterialState === 'CURRENT').map((r) => r.KeyMaterialId), [current])
})

test('the rotation period is kept and its limits are held', async () => {
  const KeyId = await createKey()
  await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })
  const status = await call('GetKeyRotationStatus', { KeyId })
  assert.equal(status.RotationPeriodInDays, 90)
  assert.ok(Math.abs(status.NextRotationDate - Date.now() - 90 * 86_400_000) < 60_000)
  for (const RotationPeriodInDays of [89, 2561]) {
    await assert.rejects(call('EnableKeyRotation', { KeyId, RotationPeriodInDays }), { name: 'ValidationException' })
  }
})

test('a key is rotated on demand 25 times and no more', async () => {
  const KeyId = await createKey()
  for (let n = 0; n < 25; n++) await call('RotateKeyOnDemand', { KeyId })
  await assert.rejects(call('RotateKeyOnDemand', { KeyId }), sdk.LimitExceededException)
})

test('a disabled key is not rotated', async () => {
  const KeyId = await createKey()
  await call('DisableKey', { KeyId })
  await assert.rejects(call('RotateKeyOnDemand', { KeyId }), sdk.DisabledException)
})

test('a dry run checks everything and does nothing', async () => {
  const KeyId = await createKey()
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: text('x'), EncryptionContext })
  const dry = { DryRun: true }
  for (const [name, input] of [
    ['Encrypt', { KeyId, Plaintext: text('x') }],
    ['Decrypt', { CiphertextBlob, EncryptionContext }],
    ['GenerateDataKey', { KeyId, KeySpec: 'AES_256' }],
    ['GenerateDataKeyWithoutPlaintext', { KeyId, KeySpec: 'AES_256' }],
    ['ReEncrypt', { CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: KeyId }],
  ]) {
    await assert.rejects(call(name, { ...input, ...dry }), sdk.DryRunOperationException, name)
  }
  await assert.rejects(call('Decrypt', { CiphertextBlob, ...dry }), sdk.InvalidCiphertextException)
  await call('DisableKey', { KeyId })
  await assert.rejects(call('Encrypt', { KeyId, Plaintext: text('x'), ...dry }), sdk.DisabledException)
})

test('errors are the SDK\'s own classes', async () => {
  const gone = '00000000-0000-4000-8000-000000000000'
  await assert.rejects(call('DescribeKey', { KeyId: gone }), sdk.NotFoundException)
  await assert.rejects(call('Sign', { KeyId: gone, Message: text('x'), SigningAlgorithm: 'ECDSA_SHA_256' }), sdk.UnsupportedOperationException)
})

test('paginators give every key once', async () => {
  const made = new Set()
  for (let n = 0; n < 5; n++) made.add(await createKey())
  const listed = []
  for await (const page of sdk.paginateListKeys({ client: kms, pageSize: 2 }, {})) listed.push(...page.Keys.map((k) => k.KeyId))
  assert.equal(new Set(listed).size, listed.length)
  for (const key of made) assert.ok(listed.includes(key))
})

test('sixteen at once over kept-alive connections get each their own', async () => {
  const KeyId = await createKey()
  let next = 0
  const worker = async () => {
    while (next < 320) {
      const EncryptionContext = { n: String(next++) }
      const made = await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256', EncryptionContext })
      const opened = await call('Decrypt', { CiphertextBlob: made.CiphertextBlob, EncryptionContext })
      assert.deepEqual(opened.Plaintext, made.Plaintext)
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
})
