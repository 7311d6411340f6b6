//! Smart wallets, what makes them, and what only says that it does.

alloy_sol_types::sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IWallet {
        function owner() external view returns (address);
        function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IWalletFactory {
        function make(address owner, bytes32 salt) external returns (address wallet);
        function addressOf(address owner, bytes32 salt) external view returns (address);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IRogueFactory {
        event Called(address indexed caller, bytes order);
    }
}
