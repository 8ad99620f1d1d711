// PowerShell 7, and 5.1, which is part of Windows. Left to itself, 5.1 takes the text of a request and of a reply for
// Latin-1 where no charset is named, which no provider does for JSON: both ways are told to be UTF-8 here.
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
    // Without basic parsing, 5.1 asks whether it may read the reply as a page.
    `$answer = Invoke-WebRequest -UseBasicParsing -Method ${method === 'GET' ? 'Get' : 'Post'} -Uri ${quoted(url)} -Headers $headers${
      body === null ? '' : ' -ContentType "application/json; charset=utf-8" -Body $body'
    }`,
    '$reply = [Text.Encoding]::UTF8.GetString($answer.RawContentStream.ToArray()) | ConvertFrom-Json',
    example.powershell,
  ]
}

/** Invoke-WebRequest waits for the end; .NET's own client hands lines out as they come. */
function streaming({ url, keyHeader, body }: HttpCall, { keyVariable }: SnippetSetup): string[] {
  const [name, prefix] = keyHeader
  return [
    'Add-Type -AssemblyName System.Net.Http',
    ...hereString(body ?? ''),
    '$client = [Net.Http.HttpClient]::new()',
    `$client.DefaultRequestHeaders.Add("${name}", "${prefix}$env:${keyVariable}")`,
    `$request = [Net.Http.HttpRequestMessage]::new([Net.Http.HttpMethod]::Post, ${quoted(url)})`,
    '$request.Content = [Net.Http.StringContent]::new($body, [Text.Encoding]::UTF8, "application/json")',
    '$reply = $client.SendAsync($request, [Net.Http.HttpCompletionOption]::ResponseHeadersRead).GetAwaiter().GetResult()',
    '$lines = [IO.StreamReader]::new($reply.Content.ReadAsStreamAsync().GetAwaiter().GetResult())',
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
