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

    /// <summary>For what only reads a source: one that cannot be read says nothing about the store.</summary>
    public static T OfSource<T>(string subject, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsOfSource(error))
        {
            throw Unreadable(subject, error);
        }
    }

    /// <inheritdoc cref="OfSource{T}(string, Func{T})"/>
    public static async Task<T> OfSourceAsync<T>(string subject, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception error) when (IsOfSource(error))
        {
            throw Unreadable(subject, error);
        }
    }

    // A pipe to a program that reads no more breaks; the program has the last word about that.
    private static bool IsOfSource(Exception error) => error is UnauthorizedAccessException || (error is IOException io && !PosixFiles.IsBrokenPipe(io));

    private static ImageException Unreadable(string subject, Exception error) =>
        new(ImageError.SourceUnreadable, subject, $"'{subject}' cannot be read: {error.Message}", error);

    private static ImageException Typed(string subject, Exception error) => new(
        PosixFiles.IsDiskFull(error) ? ImageError.DiskFull : ImageError.StoreUnusable, subject, $"'{subject}': {error.Message}", error);
}
