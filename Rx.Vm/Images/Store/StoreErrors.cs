using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>Whatever the file system says becomes one typed error; cancellation and our own errors pass.</summary>
internal static class StoreErrors
{
    public static T Guard<T>(string subject, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Typed(subject, error);
        }
    }

    public static async Task<T> GuardAsync<T>(string subject, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Typed(subject, error);
        }
    }

    private static ImageException Typed(string subject, Exception error) => new(
        PosixFiles.IsDiskFull(error) ? ImageError.DiskFull : ImageError.StoreUnusable, subject, $"'{subject}': {error.Message}", error);
}
