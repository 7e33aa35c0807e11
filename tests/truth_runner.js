// Loads every config of a folder with Node and prints what `require` gives, as JSON with marks for what JSON cannot say.
const fs = require('fs')
const path = require('path')
const mark = (v, above = []) => {
  if (v === undefined) return { $undefined: true }
  if (typeof v === 'function') return { $function: true }
  if (typeof v === 'number' && !Number.isFinite(v)) return { $number: String(v) }
  if (typeof v === 'bigint' || typeof v === 'symbol') return { $other: typeof v }
  if (v === null || typeof v !== 'object') return v
  if (above.includes(v)) return { $cycle: true }
  const inside = [...above, v]
  if (Array.isArray(v)) return Array.from(v, (x) => mark(x, inside))
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, mark(x, inside)]))
}
const out = {}
for (const folder of fs.readdirSync('.').sort()) {
  try {
    out[folder] = { value: mark(require(path.resolve(folder, 'ecosystem.config.js'))) }
  } catch (error) {
    out[folder] = { throws: true }
  }
}
fs.writeSync(1, JSON.stringify(out))
