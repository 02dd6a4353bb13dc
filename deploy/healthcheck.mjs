// Ends with 0 when the server of this container may get calls. A separate worker has no server: that it runs is all.
const { AP_CONTAINER_TYPE, AP_PORT = '3000' } = process.env
if (AP_CONTAINER_TYPE !== 'WORKER') {
  const answer = await fetch(`http://127.0.0.1:${AP_PORT}/api/v1/health/ready`).catch(() => undefined)
  process.exitCode = answer?.ok ? 0 : 1
}
