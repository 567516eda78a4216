/**
 * What every other module speaks in: schemas, flyweights, the inbound check, the error catalogue. Imports Agrona alone.
 */
package io.tourbillon.codecs;
