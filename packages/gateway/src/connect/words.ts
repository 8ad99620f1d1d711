// What guides say, in English; `{names}` are filled in. The page has the same sentences in its other languages, and its
// types hold it to all of them. Labels of a tool's own menus are not here: they are shown as the tool shows them.
export const CONNECT_WORDS = {
  'step.key': 'Put your API key into the environment variable {variable}.',
  'step.file': 'Put this into {path}. Keep what is there already.',
  'step.form': 'Open {where}, and enter:',
  'step.config-key': 'Put your API key into {path}. The file stays on your machine.',
  'step.reload': 'Restart the tool, or reload its window, so that it reads the file.',
  'step.choose-model': 'Choose the model {model} in the tool.',
  'step.install': 'Install the package.',
  'step.program': 'Save this as {name}, and run it.',
  'step.container': 'Start the container with these variables.',
  'step.models-file': 'Add the model to the file that the gear behind the provider opens (chatLanguageModels.json).',
  'step.deep-link': 'Or let this link fill it in. Put your key in place of YOUR_API_KEY.',
  'verify.by-hand': 'Send any message from the tool.',

  'trouble.variable':
    '401, "key missing": the variable {variable} is set in another terminal, or after the tool was started. Open a new terminal. A program that was started from the desktop does not see what a terminal has set.',
  'trouble.other-key': '401 although the key is right: {other} is set as well, and it wins. Remove it.',
  'trouble.model': '404, model_not_found: the id of the model is not one of yours. GET /v1/models lists them.',
  'trouble.with-v1': '404: this tool adds /v1 itself. Its address must end without it: {url}',
  'trouble.without-v1': 'Empty answers, or a page of HTML: the address must end in /v1: {url}',
  'trouble.proxy': 'It cannot connect, and a proxy is set for this machine: add {host} to the variable NO_PROXY.',
  'trouble.container':
    'It cannot connect from a container: there, 127.0.0.1 is the container itself. Use the address of your machine, such as host.docker.internal.',
  'trouble.claude-small':
    '404 in the middle of the work: background jobs ask for a smaller model. The file sets it, too; check that nothing else sets ANTHROPIC_DEFAULT_HAIKU_MODEL.',
  'trouble.claude-login':
    'It asks you to log in: the settings were not read. Run /status in it, and look for the address.',
  'trouble.claude-betas':
    '400 about a beta: the provider behind the model does not know it. Set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1.',
  'trouble.claude-project': 'Never put the key into the .claude/settings.json of a project: it is committed with it.',
  'trouble.codex-wire': 'It ends at once, with a word about wire_api: it must be "responses". "chat" has been removed.',
  'trouble.codex-project':
    "A project's own .codex/config.toml cannot choose a provider. Use the file in your home folder.",
  'trouble.codex-names': 'Nothing changes: the names openai, ollama and lmstudio are taken. Keep the name {name}.',
  'trouble.gemini-https':
    'It accepts plain http for this machine only (localhost, 127.0.0.1). Elsewhere it wants https.',
  'trouble.gemini-login':
    'It asks you to log in with Google: choose "Use Gemini API key". The file sets that, too (security.auth.selectedType).',
  'trouble.cursor-public':
    "The calls come from Cursor's own servers: they must be able to reach {url}. An address of this machine or of your network cannot work.",
  'trouble.cursor-plan': 'Own keys need a paid plan of Cursor. Tab completion never uses them.',
  'trouble.cursor-global':
    'The address holds for every model of OpenAI in Cursor. Switch it off to use those of Cursor again.',
  'trouble.aider-prefix': 'The name of the model must begin with openai/, whoever makes the model: openai/{model}.',
  'trouble.web-ui-once':
    'It ignores the variables: they count at its first start only. Later, change them under Admin Panel > Settings > Connections.',
  'trouble.cherry-slash': 'A / at the end means that you give the path of the API yourself; leave it out.',
  'trouble.vscode-tools': 'The model is not offered: "toolCalling" must be true in the file.',
  'trouble.zed-variable':
    'A Zed that was started from the desktop does not see {variable}: enter the key in its settings instead.',
  'trouble.yaml': 'The file is not read: the entry must be inside the list that is there, with the same indentation.',
  'trouble.small-model': 'It asks for another model beside this one, for titles: choose {model} for that as well.',
  'trouble.sdk-base': 'The answer comes from somebody else: a base URL in the program wins over the variable.',
} as const

export type ConnectWord = keyof typeof CONNECT_WORDS

/** `{name}` becomes the value of that name; of an unknown name, it stays. */
export function fillIn(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
