import type { ColumnType } from 'kysely'

/** Kinds of columns. */

export type Time = ColumnType<string, string | Date, string | Date>
export type NullableTime = ColumnType<string | null, string | Date | null | undefined, string | Date | null>
export type CreatedTime = ColumnType<string, string | Date | undefined, string | Date>
export type Jsonb<T> = ColumnType<T, string, string>
export type NullableJsonb<T> = ColumnType<T | null, string | null | undefined, string | null>
/** As Jsonb, with the keys in the order in which they were written. */
export type Json<T> = Jsonb<T>
export type NullableJson<T> = NullableJsonb<T>
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>
