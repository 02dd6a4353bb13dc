/** The database servers of the tests, as connections of pieces name them. See scripts/services.sh. */

function serverOf(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  }
}

export const testPostgres = serverOf(process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres')
export const testMysql = serverOf(process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/test')
