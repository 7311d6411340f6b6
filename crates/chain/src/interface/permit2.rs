//! Permit2 and the x402 proxies over it: schemes `exact` and `upto` on EVM.

alloy_sol_types::sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IPermit2 {
        struct TokenPermissions {
            address token;
            uint256 amount;
        }

        struct PermitTransferFrom {
            TokenPermissions permitted;
            uint256 nonce;
            uint256 deadline;
        }

        event UnorderedNonceInvalidation(address indexed owner, uint256 word, uint256 mask);

        error InvalidNonce();
        error InvalidSigner();
        error SignatureExpired(uint256 signatureDeadline);

        function nonceBitmap(address owner, uint256 word) external view returns (uint256);
        function invalidateUnorderedNonces(uint256 wordPos, uint256 mask) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IExactPermit2Proxy {
        struct EIP2612Permit {
            uint256 value;
            uint256 deadline;
            bytes32 r;
            bytes32 s;
            uint8 v;
        }

        struct Witness {
            address to;
            uint256 validAfter;
        }

        event Settled();
        event SettledWithPermit();
        event EIP2612PermitFailedWithReason(address indexed token, address indexed owner, string reason);
        event EIP2612PermitFailedWithPanic(address indexed token, address indexed owner, uint256 errorCode);
        event EIP2612PermitFailedWithData(address indexed token, address indexed owner, bytes data);

        error InvalidAmount();
        error InvalidOwner();
        error InvalidDestination();
        error PaymentTooEarly();
        error Permit2612AmountMismatch();
        error ReentrancyGuardReentrantCall();

        function PERMIT2() external view returns (address);
        function WITNESS_TYPEHASH() external view returns (bytes32);
        function WITNESS_TYPE_STRING() external view returns (string memory);
        function settle(IPermit2.PermitTransferFrom calldata permit, address owner, Witness calldata witness, bytes calldata signature) external;
        function settleWithPermit(EIP2612Permit calldata permit2612, IPermit2.PermitTransferFrom calldata permit, address owner, Witness calldata witness, bytes calldata signature) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IUptoPermit2Proxy {
        struct Witness {
            address to;
            address facilitator;
            uint256 validAfter;
        }

        error AmountExceedsPermitted();
        error UnauthorizedFacilitator();

        function settle(IPermit2.PermitTransferFrom calldata permit, uint256 amount, address owner, Witness calldata witness, bytes calldata signature) external;
        function settleWithPermit(IExactPermit2Proxy.EIP2612Permit calldata permit2612, IPermit2.PermitTransferFrom calldata permit, uint256 amount, address owner, Witness calldata witness, bytes calldata signature) external;
    }
}
