'use strict';

/** A REST call that fails, as Salesforce reports it. */
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

module.exports = { RestError, notFound };
