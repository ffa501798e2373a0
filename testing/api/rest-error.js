'use strict';

// The error of a REST call, in Salesforce’s form.

/** A REST call that fails. */
class RestError extends Error {
  /**
   * @param {number} status
   * @param {string} errorCode
   * @param {string} message
   * @param {string[]} [fields] the fields at fault
   */
  constructor(status, errorCode, message, fields) {
    super(message);
    this.status = status;
    this.body = [{ message, errorCode, fields }];
  }
}

const notFound = () => new RestError(404, 'NOT_FOUND', 'The requested resource does not exist');

/** @param {string} method */
const notAllowed = (method) =>
  new RestError(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed`);

module.exports = { RestError, notAllowed, notFound };
