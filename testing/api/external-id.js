'use strict';

// Records by an external id: retrieve, upsert, delete.

const { json } = require('../answer');
const { parse } = require('./record-body');
const { RestError, notAllowed, notFound } = require('./rest-error');

/** The first version of the API whose answer says whether an upsert created the record. */
const TELLS_CREATED = 46;

/**
 * Answers a call of `/sobjects/Type/Field/value`. A value of several records is answered with the
 * paths of these records.
 *
 * @param {import('./records').SObjectType} type
 * @param {string} name of the field
 * @param {string} value
 * @param {Pick<import('../host').Request, 'method' | 'url' | 'body'>} request
 * @param {string} base path of the API version
 * @returns {import('../answer').Answer}
 */
function byExternalId(type, name, value, { method, url, body }, base) {
  const field = type.externalIdField(name);
  const [record, ...others] = type.withExternalId(field, value);
  if (others.length > 0)
    return json(
      [record, ...others].map((each) => type.path(each, base)),
      300,
    );
  switch (method) {
    case 'GET':
      return json(type.view(existing(record), url.searchParams.get('fields')?.split(','), base));
    case 'PATCH': {
      const values = recordIn(body, field);
      const mayCreate = field !== 'Id' && url.searchParams.get('updateOnly') !== 'true';
      const isNew = !record && mayCreate;
      const id = isNew ? type.create({ ...values, [field]: value }) : String(existing(record).Id);
      if (!isNew) type.update(id, values);
      return upserted(id, isNew, base);
    }
    case 'DELETE':
      type.delete(String(existing(record).Id));
      return { status: 204 };
    default:
      throw notAllowed(method);
  }
}

/** @param {import('./records').SObject | undefined} record */
function existing(record) {
  if (!record) throw notFound();
  return record;
}

/**
 * @param {string} id
 * @param {boolean} created
 * @param {string} base
 */
function upserted(id, created, base) {
  const answer = { id, success: true, errors: [] };
  const status = created ? 201 : 200;
  if (Number(base.split('/v')[1]) >= TELLS_CREATED) return json({ ...answer, created }, status);
  return created ? json(answer, status) : { status: 204 };
}

/**
 * The record in a body. The external id stands in the path only.
 *
 * @param {string} body
 * @param {string} field
 */
function recordIn(body, field) {
  const values = parse(body);
  if (Object.keys(values).some((name) => name.toLowerCase() === field.toLowerCase())) {
    const message = `The ${field} field should not be specified in the sobject data.`;
    throw new RestError(400, 'INVALID_FIELD', message);
  }
  return values;
}

module.exports = { byExternalId };
