// A table: one entry for every action of the built-in pieces.
import { expect } from 'vitest'

/** A step: its name, the piece without its scope, the action, the input, and what its output must match. */
export type GoodCase = [name: string, piece: string, action: string, input: object, output: unknown]
/** The piece, the action, the input, and a part of the error. */
export type BadCase = [piece: string, action: string, input: object, message: string | RegExp]

/** Connections that take `auth` by name, and the servers that the pieces talk to. */
export interface Surroundings {
  /** Answers with what it was sent. */
  echo: string
  auth: Record<'imap' | 'mysql' | 'postgres' | 'sftp' | 'smtp', string>
  table: string
  /** Base64. */
  png: string
}

const url = expect.stringMatching(/^https?:\/\/.+\/v1\/step-files\//)
const format = 'YYYY-MM-DD HH:mm:ss'
const at = '2024-03-04 10:15:30'

const text: GoodCase[] = [
  ['concat', 'text-helper', 'concat', { texts: ['a', 'b'], separator: '-' }, 'a-b'],
  ['replace', 'text-helper', 'replace', { text: 'a1b2', searchValue: '\\d', replaceValue: '.' }, 'a.b.'],
  ['split', 'text-helper', 'split', { text: 'a,b', delimiter: ',' }, ['a', 'b']],
  ['find', 'text-helper', 'find', { text: 'id 42', expression: 'id (\\d+)' }, ['id 42', '42']],
  [
    'to_html',
    'text-helper',
    'markdown_to_html',
    {
      ...{ markdown: '# A *b*', flavor: 'github', headerLevelStart: 2, tables: true },
      ...{ noHeaderId: true, simpleLineBreaks: false, openLinksInNewWindow: false },
    },
    '<h2>A <em>b</em></h2>\n',
  ],
  ['to_md', 'text-helper', 'html_to_markdown', { html: '<p>A <b>b</b></p><script>x</script>' }, 'A **b**'],
  ['strip', 'text-helper', 'stripHtml', { html: '<p>A <b>b</b></p>' }, 'A b'],
  ['slug', 'text-helper', 'slugify', { text: 'Crème brûlée!' }, 'Creme-brulee!'],
  ['fallback', 'text-helper', 'defaultValue', { value: '', defaultString: 'none' }, 'none'],
  [
    'table',
    'text-helper',
    'json_to_ascii_table',
    { data: [{ a: 1 }] },
    ['+---+', '| a |', '+---+', '| 1 |', '+---+'].join('\n'),
  ],
  [
    'extract',
    'text-helper',
    'extract_from_html',
    {
      ...{ html: '<a href="/x">A</a>', target: 'links', extractionType: 'attribute', attributeName: 'href' },
      returnMultiple: true,
    },
    ['/x'],
  ],
  ['hash', 'crypto', 'hash-text', { method: 'md5', text: 'abc' }, '900150983cd24fb0d6963f7d28e17f72'],
  [
    'hmac',
    'crypto',
    'hmac-signature',
    { secretKey: 'key', secretKeyEncoding: 'utf-8', method: 'md5', text: 'abc', outputEncoding: 'hex' },
    'd2fe98063f876b03193afb49b4979591',
  ],
  [
    'password',
    'crypto',
    'generate-password',
    { length: 12, characterSet: 'alphanumeric' },
    expect.stringMatching(/^\w{12}$/),
  ],
  ['encode', 'crypto', 'base64-encode', { text: 'grün' }, 'Z3LDvG4='],
  ['decode', 'crypto', 'base64-decode', { text: '{{encode}}' }, 'grün'],
  [
    'csv_json',
    'csv',
    'convert_csv_to_json',
    { csv_text: 'a,b\n1,2', has_headers: true, delimiter_type: ',' },
    [{ a: '1', b: '2' }],
  ],
  ['json_csv', 'csv', 'convert_json_to_csv', { json_array: '{{csv_json}}', delimiter_type: ',' }, 'a,b\n1,2'],
  ['json_text', 'json', 'convert_json_to_text', { json: { a: 1 } }, '{"a":1}'],
  ['text_json', 'json', 'convert_text_to_json', { text: '{{json_text}}' }, { a: 1 }],
  ['jsonata', 'json', 'run_jsonata_query', { json: { a: [1, 2] }, query: '$sum(a)' }, 3],
  ['xml', 'xml', 'convert-json-to-xml', { json: { a: { attr: { id: 1 }, b: 2 } } }, '<a id="1"><b>2</b></a>'],
  ['xml_json', 'xml', 'convert-xml-to-json', { xml: '{{xml}}' }, { a: { '@_id': '1', b: 2 } }],
  ['mapper', 'data-mapper', 'advanced_mapping', { mapping: { x: '{{json_csv}}' } }, { x: 'a,b\n1,2' }],
]

const numbers: GoodCase[] = [
  ['add', 'math-helper', 'addition_math', { first_number: 1, second_number: '2' }, 3],
  ['subtract', 'math-helper', 'subtraction_math', { first_number: 1, second_number: 3 }, 2],
  ['multiply', 'math-helper', 'multiplication_math', { first_number: 2, second_number: 3 }, 6],
  ['divide', 'math-helper', 'division_math', { first_number: 6, second_number: 3 }, 2],
  ['modulo', 'math-helper', 'modulo_math', { first_number: 7, second_number: 4 }, 3],
  ['random', 'math-helper', 'generateRandom_math', { first_number: 5, second_number: 5 }, 5],
  ['average', 'data-summarizer', 'calculateAverage', { values: [1, '3'] }, { average: 2 }],
  ['sum', 'data-summarizer', 'calculateSum', { values: [1, 2.5] }, { sum: 3.5 }],
  ['min_max', 'data-summarizer', 'getMinMax', { values: [3, -1] }, { max: 3, min: -1 }],
  ['uniques', 'data-summarizer', 'countUniques', { values: ['a', 'a', 'b'] }, { numUniques: 2 }],
]

const dates: GoodCase[] = [
  [
    'now',
    'date-helper',
    'get_current_date',
    { timeFormat: 'X', timeZone: 'UTC' },
    { result: expect.stringMatching(/^\d{10}$/) },
  ],
  [
    'format',
    'date-helper',
    'format_date',
    {
      ...{ inputDate: at, inputFormat: format, inputTimeZone: 'UTC' },
      ...{ outputFormat: 'DDD MMM DD YYYY HH:mm:ss', outputTimeZone: 'Asia/Kolkata' },
    },
    { result: 'Mon Mar 04 2024 15:45:30' },
  ],
  [
    'parts',
    'date-helper',
    'extract_date_parts',
    { inputDate: at, inputFormat: format, unitExtract: ['month', 'dayOfWeek'] },
    { month: 3, dayOfWeek: 'Monday' },
  ],
  [
    'difference',
    'date-helper',
    'date_difference',
    {
      ...{ startDate: at, startDateFormat: format, endDate: '2025-04-06', endDateFormat: 'YYYY-MM-DD' },
      unitDifference: ['year', 'month', 'day'],
    },
    { year: 1, month: 1, day: 1 },
  ],
  [
    'later',
    'date-helper',
    'add_subtract_date',
    { inputDate: at, inputDateFormat: format, outputFormat: format, expression: '+ 1 day - 2 hours' },
    { result: '2024-03-05 08:15:30' },
  ],
  [
    'weekday',
    'date-helper',
    'next_day_of_week',
    { weekday: 1, time: '09:30', timeFormat: format, timeZone: 'UTC' },
    { result: expect.stringMatching(/ 09:30:00$/) },
  ],
  [
    'yearday',
    'date-helper',
    'next_day_of_year',
    { month: 2, day: 29, timeFormat: 'MM/DD/YYYY', timeZone: 'UTC' },
    { result: expect.stringMatching(/^02\/29\/\d{4}$/) },
  ],
  [
    'first_day',
    'date-helper',
    'first_day_of_previous_month',
    { timeFormat: format, timeZone: 'UTC' },
    { result: expect.stringMatching(/-01 00:00:00$/) },
  ],
  [
    'last_day',
    'date-helper',
    'last_day_of_previous_month',
    { timeFormat: 'YYYY-MM-DD', timeZone: 'UTC' },
    { result: expect.stringMatching(/-(28|29|30|31)$/) },
  ],
]

const storage: GoodCase[] = [
  ['put', 'store', 'put', { key: 'k', value: 'v', store_scope: 'COLLECTION' }, 'v'],
  ['get', 'store', 'get', { key: 'k', store_scope: 'COLLECTION' }, 'v'],
  ['get_default', 'store', 'get', { key: 'k', defaultValue: 'd', store_scope: 'RUN' }, 'd'],
  ['append', 'store', 'append', { key: 'k', value: 'w', separator: '\\n', store_scope: 'COLLECTION' }, 'v\nw'],
  ['list_add', 'store', 'add_to_list', { key: 'l', value: ['a', { b: 1 }], store_scope: 'FLOW' }, ['a', { b: 1 }]],
  [
    'list_again',
    'store',
    'add_to_list',
    { key: 'l', value: [{ b: 1 }, 'c'], ignore_if_exists: true, store_scope: 'FLOW' },
    ['a', { b: 1 }, 'c'],
  ],
  ['list_remove', 'store', 'remove_from_list', { key: 'l', value: { b: 1 }, store_scope: 'FLOW' }, ['a', 'c']],
  ['remove', 'store', 'remove_value', { key: 'k', store_scope: 'COLLECTION' }, { success: true }],
  ['get_removed', 'store', 'get', { key: 'k', defaultValue: 'gone', store_scope: 'COLLECTION' }, 'gone'],
]

const flow: GoodCase[] = [
  ['run_id', 'flow-helper', 'getRunId', {}, { id: expect.any(String), url: expect.stringContaining('/runs/') }],
  ['tag', 'tags', 'add_tag', { name: 'important' }, { success: true }],
  ['delay', 'delay', 'delayFor', { unit: 'seconds', delayFor: 0 }, { delayForInMs: 0, success: true }],
  [
    'delay_until',
    'delay',
    'delay_until',
    { delayUntilTimestamp: '2020-01-01T00:00:00Z' },
    { delayTill: '2020-01-01T00:00:00.000Z', success: true },
  ],
  [
    'links',
    'approval',
    'create_approval_links',
    {},
    {
      approvalLink: expect.stringMatching(/^http.*action=approve$/),
      disapprovalLink: expect.stringMatching(/^http.*action=disapprove$/),
    },
  ],
  ['sub_response', 'subflows', 'returnResponse', { mode: 'simple', response: { response: { a: 1 } } }, { a: 1 }],
  [
    'form_response',
    'forms',
    'return_response',
    { markdown: '**Done**', file: '{{text_file.url}}' },
    { type: 'markdown', value: '**Done**', files: [{ url, mimeType: 'text/plain' }] },
  ],
  [
    'response',
    'webhook',
    'return_response',
    { responseType: 'json', respond: 'respond', fields: { status: 201, headers: { 'x-a': 'b' }, body: { ok: true } } },
    { status: 201, headers: { 'x-a': 'b' }, body: { ok: true } },
  ],
]

const filesOf = ({ png }: Surroundings): GoodCase[] => [
  [
    'text_file',
    'file-helper',
    'createFile',
    { content: 'grün', fileName: 'a.txt', encoding: 'utf8' },
    { fileName: 'a.txt', url },
  ],
  [
    'png',
    'file-helper',
    'createFile',
    { content: png, fileName: 'dot.png', encoding: 'base64' },
    { fileName: 'dot.png', url },
  ],
  ['read', 'file-helper', 'read_file', { file: '{{text_file.url}}', readOptions: 'text' }, { text: 'grün' }],
  [
    'encoding',
    'file-helper',
    'change_file_encoding',
    { inputFile: '{{text_file.url}}', inputEncoding: 'utf8', outputFileName: 'b.txt', outputEncoding: 'latin1' },
    url,
  ],
  ['read_64', 'file-helper', 'read_file', { file: '{{encoding}}', readOptions: 'base64' }, { base64: 'Z3L8bg==' }],
  [
    'type',
    'file-helper',
    'checkFileType',
    { file: '{{png.url}}', mimeTypes: 'image/png' },
    { mimeType: 'image/png', isMatch: true },
  ],
  [
    'zip',
    'file-helper',
    'zipFiles',
    {
      ...{ files: [{ file: '{{text_file.url}}', filePath: 'in/a.txt' }], outputFileName: 'z', usePassword: true },
      passwordOptions: { password: 'p', encryptionMethod: 'aes-256' },
    },
    url,
  ],
  [
    'unzip',
    'file-helper',
    'unzipFile',
    { file: '{{zip}}', usePassword: true, passwordOptions: { password: 'p' } },
    [{ file: url, filePath: 'in/a.txt' }],
  ],
  ['file_name', 'file-helper', 'get_file_name', { file: '{{zip}}' }, { fileName: 'z.zip' }],
  ['base64', 'image-helper', 'image_to_base64', { image: '{{png.url}}' }, `data:image/png;base64,${png}`],
  ['meta', 'image-helper', 'get_meta_data', { image: '{{png.url}}' }, { 'Image Width': { value: 20 } }],
  ['crop', 'image-helper', 'crop_image', { image: '{{png.url}}', left: 0, top: 0, width: 4, height: 2 }, url],
  ['rotate', 'image-helper', 'rotate_image', { image: '{{png.url}}', degree: 90 }, url],
  ['resize', 'image-helper', 'resize_image', { image: '{{png.url}}', width: 40, height: 1, aspectRatio: true }, url],
  [
    'resized',
    'image-helper',
    'get_meta_data',
    { image: '{{resize}}' },
    { 'Image Width': { value: 40 }, 'Image Height': { value: 20 } },
  ],
  [
    'compress',
    'image-helper',
    'compress_image',
    { image: '{{png.url}}', quality: 60, format: 'jpg', resultFileName: 'small' },
    url,
  ],
  ['compressed', 'file-helper', 'get_file_name', { file: '{{compress}}' }, { fileName: 'small.jpg' }],
  ['qr', 'qrcode', 'text_to_qrcode', { text: 'hello' }, url],
  ['pdf', 'pdf', 'textToPdf', { text: 'Hello' }, url],
  ['pdf_text', 'pdf', 'extractText', { file: '{{pdf}}' }, 'Hello'],
  ['pdf_image', 'pdf', 'convertToImage', { file: '{{pdf}}', imageOutputType: 'multiple' }, { images: [url] }],
  ['image_pdf', 'pdf', 'imageToPdf', { image: '{{qr}}' }, url],
  ['merged', 'pdf', 'mergePdfs', { pdfFiles: [{ file: '{{pdf}}' }, { file: '{{image_pdf}}' }] }, url],
  ['pages', 'pdf', 'pdfPageCount', { file: '{{merged}}' }, 2],
  ['page', 'pdf', 'extractPdfPages', { file: '{{merged}}', pageRanges: [{ startPage: -1, endPage: -1 }] }, url],
  [
    'stamp',
    'pdf',
    'addTextToPdf',
    {
      file: '{{page}}',
      textItems: [{ text: 'Draft', distanceFromLeft: 10, distanceFromTop: 10, font: 'Courier', fontSize: 11 }],
    },
    url,
  ],
  [
    'image_stamp',
    'pdf',
    'addImageToPdf',
    {
      file: '{{stamp}}',
      imageItems: [{ imageFile: '{{png.url}}', distanceFromLeft: 10, distanceFromTop: 50, scale: 1 }],
    },
    url,
  ],
  ['stamped', 'pdf', 'extractText', { file: '{{image_stamp}}' }, 'Draft'],
  [
    'key',
    'crypto',
    'openpgpEncrypt',
    { file: '{{text_file.url}}', publicKey: 'none' },
    { success: false, error: expect.stringMatching(/armored/i) },
  ],
]

// Over 120 lines: a table with one entry for each action.
const networkOf = ({ echo, auth, table }: Surroundings): GoodCase[] => [
  [
    'http',
    'http',
    'send_request',
    {
      ...{ method: 'POST', url: `${echo}/a`, headers: { 'x-a': 'b' }, queryParams: { q: '1' } },
      ...{ authType: 'BEARER_TOKEN', authFields: { token: 't' }, body_type: 'json', body: { data: { n: 1 } } },
    },
    {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { method: 'POST', url: '/a?q=1', headers: { 'x-a': 'b', authorization: 'Bearer t' }, body: '{"n":1}' },
    },
  ],
  [
    'url',
    'http',
    'parse_url',
    { url: 'https://example.com/a?b=1&b=2#c' },
    {
      ...{ base_url: 'https://example.com', domain: 'example.com', path: '/a' },
      ...{ query_parameters: { b: ['1', '2'] }, hash: '#c' },
    },
  ],
  [
    'graphql',
    'graphql',
    'send_request',
    { method: 'POST', url: echo, queryParams: {}, headers: {}, query: '{a}', variables: { v: 1 } },
    { status: 200, body: { body: '{"query":"{a}","variables":{"v":1}}' } },
  ],
  [
    'connection',
    'connections',
    'read_connection',
    { connection_name: 'postgres' },
    { type: 'CUSTOM_AUTH', props: { enable_ssl: false } },
  ],
  ['postgres', 'postgres', 'run-query', { auth: auth.postgres, query: 'SELECT $1::int AS n', args: [7] }, [{ n: 7 }]],
  [
    'mysql_create',
    'mysql',
    'execute_query',
    { auth: auth.mysql, query: `CREATE TABLE ${table} (id int primary key, name text)` },
    { affectedRows: 0 },
  ],
  [
    'mysql_insert',
    'mysql',
    'insert_row',
    { auth: auth.mysql, table, values: { id: 1, name: 'a' } },
    { affectedRows: 1 },
  ],
  [
    'mysql_update',
    'mysql',
    'update_row',
    { auth: auth.mysql, table, values: { name: 'b' }, search_column: 'id', search_value: '1' },
    { affectedRows: 1, changedRows: 1 },
  ],
  [
    'mysql_find',
    'mysql',
    'find_rows',
    { auth: auth.mysql, table, condition: 'id = ?', args: [1], columns: ['name'] },
    { results: [{ name: 'b' }] },
  ],
  [
    'mysql_delete',
    'mysql',
    'delete_row',
    { auth: auth.mysql, table, search_column: 'id', search_value: '1' },
    { affectedRows: 1 },
  ],
  ['mysql_tables', 'mysql', 'get_tables', { auth: auth.mysql }, { tables: expect.arrayContaining([table]) }],
  ['mysql_drop', 'mysql', 'execute_query', { auth: auth.mysql, query: `DROP TABLE ${table}` }, { affectedRows: 0 }],
  [
    'sftp_folder',
    'sftp',
    'createFolder',
    { auth: auth.sftp, folderPath: 'one', recursive: false },
    { status: 'success' },
  ],
  [
    'sftp_file',
    'sftp',
    'create_file',
    { auth: auth.sftp, fileName: 'one/a.txt', fileContent: 'text' },
    { status: 'success' },
  ],
  [
    'sftp_upload',
    'sftp',
    'upload_file',
    { auth: auth.sftp, fileName: 'one/b.txt', fileContent: '{{text_file.url}}' },
    { status: 'success' },
  ],
  [
    'sftp_read',
    'sftp',
    'read_file_content',
    { auth: auth.sftp, filePath: 'one/b.txt' },
    { status: 'success', file: url },
  ],
  [
    'sftp_list',
    'sftp',
    'listFolderContents',
    { auth: auth.sftp, directoryPath: 'one' },
    {
      status: 'success',
      contents: expect.arrayContaining([expect.objectContaining({ type: '-', name: 'a.txt', size: 4 })]),
    },
  ],
  [
    'sftp_rename',
    'sftp',
    'renameFileOrFolder',
    { auth: auth.sftp, oldPath: 'one/a.txt', newPath: 'one/c.txt' },
    { status: 'success' },
  ],
  ['sftp_delete', 'sftp', 'deleteFile', { auth: auth.sftp, filePath: 'one/c.txt' }, { status: 'success' }],
  [
    'sftp_remove',
    'sftp',
    'deleteFolder',
    { auth: auth.sftp, folderPath: 'one', recursive: true },
    { status: 'success' },
  ],
  [
    'email',
    'smtp',
    'send-email',
    {
      ...{ auth: auth.smtp, from: 'ada@example.com', to: ['bob@example.com'], subject: 'Hi', body_type: 'html' },
      ...{ body: '<b>Hi</b>', attachments: [{ file: '{{text_file.url}}', name: 'note.txt' }] },
    },
    {
      accepted: ['bob@example.com'],
      rejected: [],
      messageId: expect.any(String),
      response: expect.stringContaining('250'),
    },
  ],
  [
    'imap_read',
    'imap',
    'mark_email_read',
    { auth: auth.imap, mailbox: 'INBOX', uid: 1, markAsRead: true },
    { success: true },
  ],
  [
    'imap_copy',
    'imap',
    'copy_email',
    { auth: auth.imap, sourceMailbox: 'INBOX', uid: 1, targetMailbox: 'Archive' },
    { success: true, newUid: expect.any(Number) },
  ],
  [
    'imap_move',
    'imap',
    'move_email',
    { auth: auth.imap, sourceMailbox: 'INBOX', uid: 1, targetMailbox: 'Archive' },
    { success: true, newUid: expect.any(Number) },
  ],
  ['imap_delete', 'imap', 'delete_email', { auth: auth.imap, mailbox: 'INBOX', uid: 2 }, { success: true }],
]

/** In an order in which later steps can use the output of earlier ones. */
export const goodCases = (surroundings: Surroundings): GoodCase[] => [
  ...filesOf(surroundings),
  ...text,
  ...numbers,
  ...dates,
  ...storage,
  ...flow,
  ...networkOf(surroundings),
]

/** These pause or end the run, so that they cannot stand in a row with the others; other tests show them. */
export const SHOWN_ELSEWHERE: Record<string, string> = {
  'approval wait_for_approval': 'waitpoints.test.ts',
  'webhook return_response_and_wait_for_next_webhook': 'waitpoints.test.ts',
  'flow-helper stopFlow': 'pieces.test.ts',
  'flow-helper failFlow': 'pieces.test.ts',
  'subflows callFlow': 'pieces.test.ts',
}
