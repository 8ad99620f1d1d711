// Does it run here, is it well, and if it does not run, could it: is the port free, and who has it otherwise?
import { createServer } from 'node:net'
import { once } from 'node:events'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { errorCode } from '../../core/error-code.ts'
import { askGateway, type RunningGateway } from '../running-gateway.ts'
import type { Examination, Finding } from './finding.ts'
import { processOnPort } from './process-on-port.ts'

const topic = 'gateway'

const healthSchema = z.object({
  healthyServers: z.number(),
  totalServers: z.number(),
  config_error: z.string().optional(),
  servers: z.array(z.object({ name: z.string(), healthy: z.boolean(), reason: z.string().optional() })),
})

export async function checkGateway(
  examination: Examination,
  gateway: RunningGateway | undefined,
  config: Config | undefined,
): Promise<readonly Finding[]> {
  if (gateway !== undefined) return checkRunning(gateway)
  const findings: Finding[] = [
    { level: 'note', topic, text: `None runs in ${examination.settings.dataDir}. Start it with: fairlead start` },
  ]
  if (config !== undefined) findings.push(...(await checkPort(config.server.host, config.server.port)))
  return findings
}

async function checkRunning(gateway: RunningGateway): Promise<readonly Finding[]> {
  const findings: Finding[] = [{ level: 'good', topic, text: `It runs at ${gateway.url} (process ${gateway.pid}).` }]
  const ready = await askGateway(gateway, 'GET', '/health/ready')
  if (ready.status !== 200) {
    const text = `It is not ready: ${JSON.stringify(ready.body)}`
    findings.push({ level: 'bad', topic, text, fix: 'its log says why; a draining gateway ends by itself.' })
  }
  const health = healthSchema.safeParse((await askGateway(gateway, 'GET', '/health')).body).data
  if (health === undefined) return findings
  if (health.config_error !== undefined) {
    const text = `The changed configuration was refused, and the one before it stays: ${health.config_error}`
    findings.push({ level: 'bad', topic, text, fix: 'mend the file; it is read again by itself.' })
  }
  for (const { name, healthy, reason } of health.servers) {
    if (healthy) continue
    const level = health.healthyServers === 0 ? 'bad' : 'warn'
    findings.push({ level, topic, text: `Provider ${name} serves nobody now. ${reason ?? ''}`.trim() })
  }
  return findings
}

async function checkPort(host: string, port: number): Promise<readonly Finding[]> {
  if (port === 0) return []
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return [{ level: 'good', topic: 'port', text: `${host}:${port} is free.` }]
  } catch (error) {
    return [await portFinding(error, host, port)]
  } finally {
    server.close()
  }
}

async function portFinding(error: unknown, host: string, port: number): Promise<Finding> {
  const code = errorCode(error)
  const where = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    const fix = 'end that program, or choose another port with --port N or FAIRLEAD_PORT.'
    return { level: 'bad', topic: 'port', text: `${where} is taken by ${await whoHas(host, port)}.`, fix }
  }
  if (code === 'EACCES') {
    const fix = 'choose one from 1024 up, and put a proxy before it.'
    return { level: 'bad', topic: 'port', text: `This user may not listen on ${where}.`, fix }
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const fix = 'use 127.0.0.1 (this machine only) or 0.0.0.0 (every address).'
    return { level: 'bad', topic: 'port', text: `${host} is not an address of this machine.`, fix }
  }
  throw error
}

const statusSchema = z.object({
  success: z.boolean(),
  data: z.object({ system_name: z.string(), version: z.string() }),
})

async function whoHas(host: string, port: number): Promise<string> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  const owner = processOnPort(port)
  const process = owner === undefined ? '' : ` (process ${owner.pid}, ${owner.name})`
  try {
    const reply = await fetch(`http://${reachable}:${port}/api/status`, {
      signal: AbortSignal.timeout(2000),
      redirect: 'manual',
    })
    const ours = statusSchema.safeParse(await reply.json())
    if (ours.success) {
      return `another gateway, ${ours.data.data.system_name} ${ours.data.data.version}, with another state directory${process}`
    }
  } catch {
    // It speaks something else; that it is not one of ours is the answer.
  }
  return owner === undefined ? 'another program' : `${owner.name} (process ${owner.pid})`
}
