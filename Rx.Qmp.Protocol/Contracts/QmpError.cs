namespace Rx.Qmp;

/// <summary>An error as the server stated it. Classes this version has never heard of keep their text.</summary>
/// <param name="Class">The class, for programs: GenericError, CommandNotFound, DeviceNotActive, DeviceNotFound, KVMMissingCap,
/// or a later one.</param>
/// <param name="Description">The description, for people. Wording changes between QEMU versions.</param>
public sealed record QmpError(string Class, string Description);
