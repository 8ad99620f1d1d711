// The tools that can be run without a person, and how they are told to say hello.

export interface Program {
  /** As `fairlead connect` calls it. */
  readonly tool: string
  /** Which names its file: the ones of `agents/`. */
  readonly variable: string
  readonly keyVariable: string
  readonly model: string
  readonly args: readonly string[]
  /** What keeps it from asking its maker anything; none of it says where the gateway is. */
  readonly env: Readonly<Record<string, string>>
  readonly endpoint: string
  /** Below the home, and what `connect` writes in it. */
  readonly folder: string
  readonly files: readonly string[]
}

export const PROGRAMS: readonly Program[] = [
  {
    tool: 'claude-code',
    variable: 'FAIRLEAD_CLAUDE',
    keyVariable: 'FAIRLEAD_API_KEY',
    model: 'claude-sonnet-4.5',
    args: ['-p', 'Say hello'],
    env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' },
    endpoint: '/v1/messages',
    folder: '.claude',
    files: ['settings.json'],
  },
  {
    tool: 'codex',
    variable: 'FAIRLEAD_CODEX',
    keyVariable: 'FAIRLEAD_API_KEY',
    model: 'gpt-4o-mini',
    args: ['exec', '--skip-git-repo-check', 'Say hello'],
    env: {},
    endpoint: '/v1/responses',
    folder: '.codex',
    files: ['config.toml'],
  },
  {
    tool: 'gemini-cli',
    variable: 'FAIRLEAD_GEMINI_CLI',
    keyVariable: 'GEMINI_API_KEY',
    model: 'gpt-4o-mini',
    args: ['--skip-trust', '-p', 'Say hello'],
    env: {},
    endpoint: '/v1beta/models/{model}:streamGenerateContent',
    folder: '.gemini',
    files: ['.env', 'settings.json'],
  },
  {
    tool: 'continue',
    variable: 'FAIRLEAD_CONTINUE',
    keyVariable: 'FAIRLEAD_API_KEY',
    model: 'gpt-4o-mini',
    args: ['-p', 'Say hello'],
    env: { CONTINUE_TELEMETRY_ENABLED: '0', CONTINUE_ALLOW_ANONYMOUS_TELEMETRY: '0' },
    endpoint: '/v1/chat/completions',
    folder: '.continue',
    files: ['config.yaml'],
  },
  {
    tool: 'opencode',
    variable: 'FAIRLEAD_OPENCODE',
    keyVariable: 'FAIRLEAD_API_KEY',
    model: 'gpt-4o-mini',
    args: ['run', '--pure', 'Say hello'],
    env: { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' },
    endpoint: '/v1/chat/completions',
    folder: '.config/opencode',
    files: ['opencode.json'],
  },
  {
    tool: 'aider',
    variable: 'FAIRLEAD_AIDER',
    keyVariable: 'AIDER_OPENAI_API_KEY',
    model: 'gpt-4o-mini',
    args: [
      ['--no-git', '--yes-always', '--no-pretty', '--no-check-update', '--no-show-release-notes'],
      ['--no-show-model-warnings', '--analytics-disable', '--message', 'Say hello'],
    ].flat(),
    env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    endpoint: '/v1/chat/completions',
    folder: '.',
    files: ['.aider.conf.yml'],
  },
]
