'use strict';

/** A login or a client that is refused, in Salesforce's words. */
class Refusal extends Error {
  /**
   * @param {string} error
   * @param {string} description
   */
  constructor(error, description) {
    super(description);
    this.error = error;
  }
}

module.exports = { Refusal };
