// Loads every config of a folder with Node, each in a thread of its own, since one may change what all share, and prints
// what `require` gives, as JSON with marks for what JSON cannot say.
const fs = require('fs')
const path = require('path')
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads')

const { isFinite } = Number
const { isArray, from } = Array
const { entries, defineProperty } = Object
const mark = (v, above = []) => {
  if (v === undefined) return { $undefined: true }
  if (typeof v === 'function') return { $function: true }
  if (typeof v === 'number' && !isFinite(v)) return { $number: `${v}` }
  if (typeof v === 'bigint' || typeof v === 'symbol') return { $other: typeof v }
  if (v === null || typeof v !== 'object') return v
  for (const one of above) if (one === v) return { $cycle: true }
  const inside = [...above, v]
  const told = isArray(v) ? [] : {}
  for (const [k, x] of isArray(v) ? from(v).entries() : entries(v)) {
    defineProperty(told, k, { value: mark(x, inside), enumerable: true, configurable: true, writable: true })
  }
  return told
}

const load = (folder) =>
  new Promise((resolve) => {
    const worker = new Worker(__filename, { workerData: folder, stdout: true, stderr: true })
    let told = { throws: true }
    worker.on('message', (found) => { told = found })
    worker.on('error', () => {})
    worker.on('exit', () => resolve([folder, told]))
  })

const main = async () => {
  const out = []
  const folders = fs.readdirSync('.').sort()
  const next = async () => {
    while (folders.length) out.push(await load(folders.shift()))
  }
  await Promise.all([next(), next(), next()])
  fs.writeSync(1, JSON.stringify(Object.fromEntries(out)))
}

module.exports = { mark }
if (isMainThread) {
  if (require.main === module) main()
} else {
  const { postMessage } = parentPort
  const send = postMessage.bind(parentPort)
  const module = path.resolve(workerData, 'ecosystem.config.mjs')
  if (fs.existsSync(module)) {
    import(module).then((found) => { send({ value: mark({ ...found }) }); process.exit() })
  } else {
    send({ value: mark(require(path.resolve(workerData, 'ecosystem.config.js'))) })
    process.exit()
  }
}
