"""What the service calls things: kinds of personal data, languages, units of text.

https://learn.microsoft.com/azure/ai-services/language-service/personally-identifiable-information/
"""

from __future__ import annotations

CATEGORIES = frozenset(
    """
    ABARoutingNumber ARNationalIdentityNumber ATIdentityCard ATTaxIdentificationNumber
    ATValueAddedTaxNumber AUBankAccountNumber AUBusinessNumber AUCompanyNumber
    AUDriversLicenseNumber AUMedicalAccountNumber AUPassportNumber AUTaxFileNumber Address Age
    Airport All AzureDocumentDBAuthKey AzureIAASDatabaseConnectionAndSQLString
    AzureIoTConnectionString AzurePublishSettingPassword AzureRedisCacheString AzureSAS
    AzureServiceBusString AzureStorageAccountGeneric AzureStorageAccountKey BENationalNumber
    BENationalNumberV2 BEValueAddedTaxNumber BGUniformCivilNumber BRCPFNumber BRLegalEntityNumber
    BRNationalIDRG BankAccountNumber CABankAccountNumber CADriversLicenseNumber
    CAHealthServiceNumber CAPassportNumber CAPersonalHealthIdentification
    CASocialIdentificationNumber CASocialInsuranceNumber CHSocialSecurityNumber
    CLIdentityCardNumber CNResidentIdentityCardNumber CVV CYIdentityCard
    CYTaxIdentificationNumber CZPersonalIdentityNumber CZPersonalIdentityV2 City CreditCardNumber
    DEDriversLicenseNumber DEIdentityCardNumber DEPassportNumber DETaxIdentificationNumber
    DEValueAddedNumber DKPersonalIdentificationNumber DKPersonalIdentificationV2 Date DateOfBirth
    Default DriversLicenseNumber DrugEnforcementAgencyNumber EEPersonalIdentificationCode ESDNI
    ESSocialSecurityNumber ESTaxIdentificationNumber EUDebitCardNumber EUDriversLicenseNumber
    EUGPSCoordinates EUNationalIdentificationNumber EUPassportNumber EUSocialSecurityNumber
    EUTaxIdentificationNumber Email ExpirationDate FIEuropeanHealthNumber FINationalID
    FINationalIDV2 FIPassportNumber FRDriversLicenseNumber FRHealthInsuranceNumber FRNationalID
    FRPassportNumber FRSocialSecurityNumber FRTaxIdentificationNumber FRValueAddedTaxNumber GPE
    GRNationalIDCard GRNationalIDV2 GRTaxIdentificationNumber GovernmentIssuedId
    HKIdentityCardNumber HRIdentityCardNumber HRNationalIDNumber HRPersonalIdentificationNumber
    HRPersonalIdentificationOIBNumberV2 HUPersonalIdentificationNumber HUTaxIdentificationNumber
    HUValueAddedNumber IDIdentityCardNumber IEPersonalPublicServiceNumber
    IEPersonalPublicServiceNumberV2 ILBankAccountNumber ILNationalID INPermanentAccount
    INUniqueIdentificationNumber IPAddress ITDriversLicenseNumber ITFiscalCode
    ITValueAddedTaxNumber InternationalBankingAccountNumber JPBankAccountNumber
    JPDriversLicenseNumber JPMyNumberCorporate JPMyNumberPersonal JPPassportNumber
    JPResidenceCardNumber JPResidentRegistrationNumber JPSocialInsuranceNumber
    KRDriversLicenseNumber KRPassportNumber KRResidentRegistrationNumber KRSocialSecurityNumber
    LTPersonalCode LUNationalIdentificationNumberNatural LUNationalIdentificationNumberNonNatural
    LVPersonalCode LicensePlate Location MTIdentityCardNumber MTTaxIDNumber MYIdentityCardNumber
    NLCitizensServiceNumber NLCitizensServiceNumberV2 NLTaxIdentificationNumber
    NLValueAddedTaxNumber NOIdentityNumber NZBankAccountNumber NZDriversLicenseNumber
    NZInlandRevenueNumber NZMinistryOfHealthNumber NZSocialWelfareNumber NationalId Neighborhood
    Organization PHUnifiedMultiPurposeIDNumber PIN PLIdentityCard PLNationalID PLNationalIDV2
    PLPassportNumber PLREGONNumber PLTaxIdentificationNumber PTCitizenCardNumber
    PTCitizenCardNumberV2 PTTaxIdentificationNumber PassportNumber Password Person PersonType
    PhoneNumber ROPersonalNumericalCode RUPassportNumberDomestic RUPassportNumberInternational
    SANationalID SENationalID SENationalIDV2 SEPassportNumber SETaxIdentificationNumber
    SGNationalRegistrationIdentityCardNumber SITaxIdentificationNumber
    SIUniqueMasterCitizenNumber SKPersonalNumber SQLServerConnectionString SWIFTCode SortCode
    State THPopulationIdentificationCode TRNationalIdentificationNumber TWNationalID
    TWPassportNumber TWResidentCertificate UAPassportNumberDomestic UAPassportNumberInternational
    UKDriversLicenseNumber UKElectoralRollNumber UKNationalHealthNumber UKNationalInsuranceNumber
    UKUniqueTaxpayerNumber URL USBankAccountNumber USDriversLicenseNumber
    USIndividualTaxpayerIdentification USMedicareBeneficiaryId USSocialSecurityNumber
    USUKPassportNumber VIN VehicleIdentificationNumber ZAIdentificationNumber ZipCode
    """.split()
)
LANGUAGES = frozenset(
    """
    af am ar as az bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id it ja
    ka kk km kn ko ku ky lo lt lv mg mk ml mn mr ms my nb ne nl no or pa pl ps pt pt-br pt-pt ro ru
    sk sl so sq sr ss sv sw ta te th tr ug uk ur uz vi zh zh-hans zh-hant
    """.split()
)
FELT_LANGUAGES = (LANGUAGES - {"ss"}) | frozenset(
    "be br eo fil fy gd ha jv la om sa sd si su xh yi".split()
)
"""Those of sentiment and key phrases."""
NAMED = {
    "Person": "Person",
    "Address": "Location",
    "City": "Location",
    "Organization": "Organization",
    "Date": "DateTime",
    "DateOfBirth": "DateTime",
    "Age": "Quantity",
    "PhoneNumber": "PhoneNumber",
    "Email": "Email",
    "URL": "URL",
    "IPAddress": "IpAddress",
}
"""What entities are called that are no personal data as such."""
UNITS = ("TextElements_v8", "UnicodeCodePoint", "Utf16CodeUnit")
"""The first is the usual one."""
