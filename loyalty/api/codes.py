"""What requests are refused with by the API itself. Pure."""

from loyalty.refusals import Code, RefusalCodes

CODES = RefusalCodes(
    {
        101021: Code(401, "the authorization header cannot be read"),
        101022: Code(401, "signed more than once, or a signed header or parameter is repeated"),
        101023: Code(401, "a header is missing, or is not signed although it must be"),
        101024: Code(401, "the hash algorithm is not SHA256"),
        101025: Code(401, "the date is missing, cannot be read, or is too far from now"),
        101026: Code(401, "the credential scope is wrong"),
        101027: Code(401, "the plain key is unknown"),
        101028: Code(401, "the key is unknown, or the signature does not fit"),
        101029: Code(401, "the address or the method cannot be signed so"),
        101030: Code(401, "this key must sign its requests"),
        101032: Code(409, "identical to an earlier request: add a signed `Idempotency-Key`"),
        300121: Code(400, "a negative `offset`"),
        300122: Code(400, "the message names the parameter of a list that is wrong"),
        300123: Code(400, "a `limit` out of range"),
        300706: Code(400, "entities of this type are never shown, or what is asked is not done with them"),
        350300: Code(400, "there is no such type of entities"),
    }
)
