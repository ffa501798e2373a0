'use strict';

// Node.js alone: what nobody can be faster than.

exports.getToken = () => Promise.resolve('none');
