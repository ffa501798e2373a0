'use strict';

// The error that every check of the authorization server throws.

/** A refused request, in Salesforce’s words. */
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
