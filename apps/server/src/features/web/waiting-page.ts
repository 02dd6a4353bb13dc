/** Shown while the first build of the app goes on; it comes back by itself. */
export const WAITING_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<meta name="color-scheme" content="light dark">
<title>Piecework is starting</title>
<style>
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 14px/20px ui-sans-serif, system-ui, sans-serif; }
main { max-width: 380px; padding: 24px; }
h1 { font-size: 20px; line-height: 28px; margin: 0 0 4px; font-weight: 600; }
p { margin: 0; opacity: 0.75; }
</style>
</head>
<body>
<main>
<h1>The browser app is being built</h1>
<p>This happens once after an installation or an update and takes a few seconds. The page opens by itself; the API answers already.</p>
</main>
</body>
</html>
`
