// What Node makes of many configs. Input: { texts, environments }; output: for each text what each environment gives.
// All run in one process: what one leaves behind in the global object is taken away.
const fs = require('fs')
const Module = require('module')
const vm = require('vm')
const { mark } = require('./truth_runner.js')

const { stringify } = JSON
const mine = new Set(Object.getOwnPropertyNames(globalThis).concat('run'))
const clean = () => {
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!mine.has(name)) delete globalThis[name]
}

const load = (text, env) => {
  for (const name of Object.keys(process.env)) delete process.env[name]
  for (const [name, value] of Object.entries(env)) process.env[name] = value
  const module = new Module('/project/ecosystem.config.js')
  module.filename = module.id
  module.paths = []
  globalThis.run = () => {
    module._compile(text, module.filename)
    return mark(module.exports)
  }
  try {
    const value = vm.runInThisContext('run()', { timeout: 2000 })
    return stringify(value).length > 10000 ? { skip: true } : { value }
  } catch (error) {
    if (error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || /Invalid string length|Invalid array length|too large/.test(error?.message)) return { skip: true }
    return { throws: `${error}` }
  } finally {
    clean()
  }
}

const { texts, environments } = JSON.parse(fs.readFileSync(0, 'utf8'))
console.log = () => {}
globalThis.setTimeout = () => {}
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})
fs.writeSync(1, '[')
for (const [index, text] of texts.entries()) {
  fs.writeFileSync(1, (index ? ',' : '') + stringify(environments.map((env) => load(text, env))))
}
fs.writeSync(1, ']')
