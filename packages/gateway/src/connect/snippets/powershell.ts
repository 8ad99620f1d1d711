// PowerShell 5.1, which is part of Windows, and 7.
import type { Example, SnippetSetup } from './example.ts'
import { httpCall, type HttpCall } from './http-call.ts'

export function powershellSnippet(example: Example, setup: SnippetSetup): string {
  const call = httpCall(example, setup)
  const lines = example.streams === true ? streaming(call, setup) : invoking(example, call, setup)
  return `${lines.join('\n')}\n`
}

function invoking(
  example: Example,
  { method, url, headers, keyHeader, body }: HttpCall,
  setup: SnippetSetup,
): string[] {
  const [name, prefix] = keyHeader
  const others = headers.filter(([header]) => header !== 'Content-Type')
  return [
    '$headers = @{',
    `  "${name}" = "${prefix}$env:${setup.keyVariable}"`,
    ...others.map(([header, value]) => `  "${header}" = "${value}"`),
    '}',
    ...(body === null ? [] : hereString(body)),
    `$reply = Invoke-RestMethod -Method ${method === 'GET' ? 'Get' : 'Post'} -Uri ${quoted(url)} -Headers $headers${
      body === null ? '' : ' -ContentType "application/json" -Body $body'
    }`,
    example.powershell,
  ]
}

/** Invoke-RestMethod waits for the end; .NET's own client hands lines out as they come. */
function streaming({ url, keyHeader, body }: HttpCall, { keyVariable }: SnippetSetup): string[] {
  const [name, prefix] = keyHeader
  return [
    'Add-Type -AssemblyName System.Net.Http',
    ...hereString(body ?? ''),
    '$client = [Net.Http.HttpClient]::new()',
    `$client.DefaultRequestHeaders.Add("${name}", "${prefix}$env:${keyVariable}")`,
    `$request = [Net.Http.HttpRequestMessage]::new("Post", ${quoted(url)})`,
    '$request.Content = [Net.Http.StringContent]::new($body, [Text.Encoding]::UTF8, "application/json")',
    '$reply = $client.SendAsync($request, "ResponseHeadersRead").Result',
    '$lines = [IO.StreamReader]::new($reply.Content.ReadAsStreamAsync().Result)',
    'while ($null -ne ($line = $lines.ReadLine())) { $line }',
  ]
}

/** Nothing in it means anything; it ends where a line begins with `'@`, which JSON's lines never do. */
function hereString(body: string): string[] {
  return ["$body = @'", body, "'@"]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
