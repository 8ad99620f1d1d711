// Chats in a browser or in a window of their own. Sources: the documentation of each.
import { addressTrouble, containerTroubles, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import type { Setup, Tool } from '../tool.ts'

const CHAT = { kind: 'chat', speaks: 'openai-chat', evidence: 'documentation', prefers: ['gpt-*', '*'] } as const
const ENDPOINT = '/v1/chat/completions'

export const openWebUi: Tool = {
  ...CHAT,
  id: 'open-webui',
  name: 'Open WebUI',
  homepage: 'https://docs.openwebui.com/getting-started/quick-start/starting-with-openai-compatible',
  guide: (setup) => ({
    steps: [
      {
        kind: 'form',
        where: 'Admin Panel > Settings > Connections > OpenAI API > +',
        fields: [
          { label: 'URL', value: `${setup.origin}/v1` },
          { label: 'Key', value: '' },
        ],
      },
      { kind: 'note', say: 'step.choose-model' },
    ],
    verify: { command: null, endpoint: ENDPOINT },
    troubles: [
      addressTrouble(setup, 'openai-chat'),
      { say: 'trouble.web-ui-once' },
      ...containerTroubles(setup),
      MODEL_TROUBLE,
    ],
  }),
}

export const libreChat: Tool = {
  ...CHAT,
  id: 'librechat',
  name: 'LibreChat',
  homepage: 'https://www.librechat.ai/docs/quick_start/custom_endpoints',
  guide: (setup) => ({
    steps: [
      {
        kind: 'text',
        name: '.env',
        language: 'bash',
        text: `${setup.keyVariable}=YOUR_API_KEY\n`,
        say: 'step.config-key',
      },
      {
        kind: 'file',
        file: {
          path: setup.system === 'windows' ? '.\\librechat.yaml' : './librechat.yaml',
          format: 'yaml',
          edits: [
            { at: ['version'], value: '1.2.1', ifAbsent: true },
            {
              at: ['endpoints', 'custom'],
              itemBy: 'name',
              value: {
                name: setup.brand.name,
                apiKey: `\${${setup.keyVariable}}`,
                baseURL: `${setup.origin}/v1`,
                models: { default: [setup.model], fetch: true },
                titleConvo: true,
                titleModel: setup.model,
                modelDisplayLabel: setup.brand.name,
              },
            },
          ],
        },
      },
      { kind: 'note', say: 'step.reload' },
    ],
    verify: { command: null, endpoint: ENDPOINT },
    troubles: [
      keyTrouble(setup.keyVariable),
      { say: 'trouble.yaml' },
      { say: 'trouble.small-model', values: { model: setup.model } },
      ...containerTroubles(setup),
      addressTrouble(setup, 'openai-chat'),
    ],
  }),
}

export const lobeChat: Tool = {
  ...CHAT,
  id: 'lobechat',
  name: 'LobeChat',
  homepage: 'https://lobehub.com/docs/self-hosting/environment-variables/model-provider',
  guide: (setup) => ({
    steps: [
      {
        kind: 'form',
        where: 'Settings > AI Service Provider > OpenAI',
        fields: [
          { label: 'API Key', value: '' },
          { label: 'API Proxy URL', value: `${setup.origin}/v1` },
          { label: 'Model List', value: setup.model },
        ],
      },
      {
        kind: 'text',
        name: setup.system === 'windows' ? 'PowerShell' : 'Terminal',
        language: setup.system === 'windows' ? 'powershell' : 'bash',
        text: dockerRun(setup),
        say: 'step.container',
      },
    ],
    verify: { command: null, endpoint: ENDPOINT },
    troubles: [addressTrouble(setup, 'openai-chat'), ...containerTroubles(setup), MODEL_TROUBLE],
  }),
}

export const cherryStudio: Tool = {
  ...CHAT,
  id: 'cherry-studio',
  name: 'Cherry Studio',
  homepage: 'https://docs.cherry-ai.com/docs/en-us/pre-basic/providers/zi-ding-yi-fu-wu-shang',
  guide: (setup) => ({
    steps: [
      {
        kind: 'form',
        where: 'Settings > Model Provider > Add (OpenAI)',
        fields: [
          { label: 'API Key', value: '' },
          { label: 'API Host', value: setup.origin },
          { label: 'Model ID', value: setup.model },
        ],
      },
    ],
    verify: { command: null, endpoint: ENDPOINT },
    troubles: [
      { say: 'trouble.with-v1', values: { url: setup.origin } },
      { say: 'trouble.cherry-slash' },
      MODEL_TROUBLE,
      ...localTroubles(setup),
    ],
  }),
}

export const ccSwitch: Tool = {
  ...CHAT,
  id: 'cc-switch',
  name: 'CC Switch',
  speaks: 'anthropic-messages',
  evidence: 'unverified',
  prefers: ['claude-sonnet-*', 'claude-*', '*'],
  homepage: 'https://github.com/farion1231/cc-switch',
  guide: (setup) => ({
    steps: [
      {
        kind: 'form',
        where: 'CC Switch > + > Custom',
        fields: [
          { label: 'Name', value: setup.brand.name },
          { label: 'Endpoint', value: setup.origin },
          { label: 'API Key', value: '' },
          { label: 'Model', value: setup.model },
        ],
      },
      { kind: 'link', label: `ccswitch:// ${setup.brand.name}`, url: ccSwitchLink(setup), say: 'step.deep-link' },
    ],
    verify: { command: 'claude -p "Say hello"', endpoint: '/v1/messages' },
    troubles: [addressTrouble(setup, 'anthropic-messages'), MODEL_TROUBLE, ...localTroubles(setup)],
  }),
}

/** The key is put in by hand: a link with a key would stay in the browser's history. */
function ccSwitchLink({ brand, origin, model }: Setup): string {
  const fields = { resource: 'provider', app: 'claude', name: brand.name, endpoint: origin, apiKey: 'YOUR_API_KEY' }
  const query = new URLSearchParams({ ...fields, model, homepage: origin, enabled: 'true' })
  return `ccswitch://v1/import?${query.toString()}`
}

function dockerRun({ origin, model, keyVariable, system }: Setup): string {
  const [more, key] = system === 'windows' ? ['`', `$env:${keyVariable}`] : ['\\', `$${keyVariable}`]
  return [
    `docker run -p 3210:3210 ${more}`,
    `  -e OPENAI_API_KEY="${key}" ${more}`,
    `  -e OPENAI_PROXY_URL=${origin}/v1 ${more}`,
    `  -e OPENAI_MODEL_LIST=+${model} ${more}`,
    '  lobehub/lobe-chat\n',
  ].join('\n')
}
