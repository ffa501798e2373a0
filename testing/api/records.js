'use strict';

// The records of an org, and the fields of each type.

const { RestError, notFound } = require('./rest-error');

/** @typedef {Record<string, unknown>} SObject */

const SYSTEM_FIELDS = { Id: 'id', CreatedDate: 'datetime' };

/** A type of record, and all records of that type. */
class SObjectType {
  /** @type {Map<string, SObject>} by the first 15 characters of an id: an id has 15 or 18 */
  #records = new Map();
  #created = 0;
  /** @type {Map<string, string>} the first spelling of each custom field, by lower-case name */
  #custom = new Map();

  /**
   * @param {string} name
   * @param {string} keyPrefix the beginning of every id
   * @param {string} required the field that every record must have
   * @param {Record<string, string>} fields type by name
   */
  constructor(name, keyPrefix, required, fields) {
    this.name = name;
    this.keyPrefix = keyPrefix;
    this.required = required;
    this.fields = { ...SYSTEM_FIELDS, ...fields };
  }

  all() {
    return [...this.#records.values()];
  }

  /**
   * @param {SObject} values
   * @returns {string} the id of the new record
   */
  create(values) {
    const named = this.#writable(values);
    if (named[this.required] == null) {
      const message = `Required fields are missing: [${this.required}]`;
      throw new RestError(400, 'REQUIRED_FIELD_MISSING', message, [this.required]);
    }
    this.#created += 1;
    const Id = `${this.keyPrefix}${String(this.#created).padStart(12, '0')}AAA`;
    const CreatedDate = new Date().toISOString().replace('Z', '+0000');
    this.#records.set(keyOf(Id), { Id, CreatedDate, ...named });
    return Id;
  }

  /** @param {string} id */
  get(id) {
    const record = this.#records.get(keyOf(id));
    if (!record) throw notFound();
    return record;
  }

  /**
   * @param {string} id
   * @param {SObject} values
   */
  update(id, values) {
    Object.assign(this.get(id), this.#writable(values));
  }

  /** @param {string} id */
  delete(id) {
    if (!this.#records.delete(keyOf(id))) throw notFound();
  }

  /**
   * A record as the API shows it.
   *
   * @param {SObject} record
   * @param {string[]} [fields] default: all
   * @param {string} [base] path of the API version
   */
  view(record, fields = Object.keys({ ...this.fields, ...record }), base = '') {
    const shown = fields.map((field) => this.field(field.trim()));
    return {
      attributes: { type: this.name, url: this.path(record, base) },
      ...Object.fromEntries(shown.map((field) => [field, record[field] ?? null])),
    };
  }

  /**
   * @param {SObject} record
   * @param {string} base path of the API version
   */
  path(record, base) {
    return `${base}/sobjects/${this.name}/${record.Id}`;
  }

  /**
   * The records of an external id. Every custom field is an external id. Case does not matter.
   *
   * @param {string} field as {@link externalIdField} spells it
   * @param {string} value
   */
  withExternalId(field, value) {
    const isIt = (/** @type {unknown} */ other) =>
      other != null && String(other).toLowerCase() === value.toLowerCase();
    if (field !== 'Id') return this.all().filter((record) => isIt(record[field]));
    const record = this.#records.get(keyOf(value));
    return record ? [record] : [];
  }

  /**
   * The proper spelling of the name of an external id.
   *
   * @param {string} name
   */
  externalIdField(name) {
    if (/^(id|\w+__c)$/i.test(name)) return this.field(name);
    const message = `Provided external ID field does not exist or is not accessible: ${name}`;
    throw new RestError(404, 'NOT_FOUND', message);
  }

  /**
   * The proper spelling of a field name. Case does not matter. Every custom field exists.
   *
   * @param {string} name
   */
  field(name) {
    const lower = name.toLowerCase();
    const known = Object.keys(this.fields).find((field) => field.toLowerCase() === lower);
    if (known) return known;
    if (/^\w+__c$/.test(lower)) return this.#custom.get(lower) ?? name;
    const message = `No such column '${name}' on sobject of type ${this.name}`;
    throw new RestError(400, 'INVALID_FIELD', message);
  }

  /** @param {SObject} values */
  #writable(values) {
    const named = Object.entries(values).map(([name, value]) => ({
      field: this.field(name),
      value,
    }));
    const fixed = named.map(({ field }) => field).filter((field) => field in SYSTEM_FIELDS);
    if (fixed.length > 0) {
      const message = `Unable to create/update fields: ${fixed.join(', ')}`;
      throw new RestError(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', message, fixed);
    }
    const nested = named.find(({ value }) => value && typeof value === 'object')?.value;
    if (nested) {
      const start = Array.isArray(nested) ? 'START_ARRAY' : 'START_OBJECT';
      const message = `Cannot deserialize instance of string from ${start} value`;
      throw new RestError(400, 'JSON_PARSER_ERROR', message);
    }
    for (const { field } of named) {
      if (!(field in this.fields)) this.#custom.set(field.toLowerCase(), field);
    }
    return Object.fromEntries(named.map(({ field, value }) => [field, value]));
  }
}

const keyOf = (/** @type {string} */ id) => id.slice(0, 15);

/** Twelve accounts, and a contact at every third of them; types by lower-case name. */
function seedRecords() {
  const account = new SObjectType('Account', '001', 'Name', {
    Name: 'string',
    Industry: 'picklist',
    AnnualRevenue: 'currency',
    NumberOfEmployees: 'int',
    Website: 'url',
  });
  const contact = new SObjectType('Contact', '003', 'LastName', {
    FirstName: 'string',
    LastName: 'string',
    Email: 'email',
    AccountId: 'reference',
  });
  const industries = ['Energy', 'Banking', 'Technology'];
  for (let number = 1; number <= 12; number += 1) {
    const AccountId = account.create({
      Name: `Account ${String(number).padStart(2, '0')}`,
      Industry: industries[number % 3],
      AnnualRevenue: number * 1_000_000,
      NumberOfEmployees: number * 10,
    });
    if (number % 3 === 0) {
      const LastName = `Contact ${number}`;
      contact.create({ FirstName: 'Ada', LastName, Email: `ada${number}@example.com`, AccountId });
    }
  }
  return new Map([account, contact].map((type) => [type.name.toLowerCase(), type]));
}

exports.SObjectType = SObjectType;
exports.seedRecords = seedRecords;
